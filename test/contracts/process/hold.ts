import type { FaultProxy } from '../../support/faults/fault-proxy.js';
import type { StoreRequest } from '../../support/faults/fault.js';
import { until } from '../../support/until.js';

/** Keeps some requests back from the store until it is let go. */
export class Hold {
  private readonly end = Promise.withResolvers<undefined>();
  private held = 0;

  constructor(proxy: FaultProxy, matches: (request: StoreRequest) => boolean) {
    proxy.script = (request) => {
      if (!matches(request)) return undefined;
      this.held++;
      return this.end.promise;
    };
  }

  /** Resolves when it holds a request. */
  get reached(): Promise<void> {
    return until(() => this.held > 0);
  }

  release(): void {
    this.end.resolve(undefined);
  }
}
