import { types } from 'node:util';

/**
 * Jest runs tests in a realm of their own, so that errors of Node's own modules are no `Error` there. The SDK
 * would wrap them and lose what they are, which it does nowhere else.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: ErrorConstructor, value: unknown): boolean {
    return (
      Function.prototype[Symbol.hasInstance].call(this, value) ||
      (this === Error && types.isNativeError(value))
    );
  },
});
