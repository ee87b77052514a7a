import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Caller } from './caller.js';

const callers = new WeakMap<Request, Caller>();

/** Declares that a route is for callers who may read the engagement in the named path parameter. */
export const EngagementScope = Reflector.createDecorator<string>();

export function rememberCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** Who asks, as far as it has been proven. */
export function callerOf(request: Request): Caller | undefined {
  return callers.get(request);
}

/** The caller that the guard has let in. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller === undefined) throw new Error('This route does not declare its @EngagementScope.');
  return caller;
});
