import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { PresentedSession, Proof } from './authenticator.js';
import type { Caller } from './caller.js';

const proofs = new WeakMap<Request, Proof>();

/** Declares that a route is for callers who may read the engagement in the named path parameter. */
export const EngagementScope = Reflector.createDecorator<string>();

/** Declares that a route is for sessions; `header`: that the token must come as a bearer, not as a cookie. */
export const ForSession = Reflector.createDecorator<'any' | 'header'>();

/** Declares which GETs, going by their query, a user may also begin by hand: in the address bar, as a download. */
export const ByHand = Reflector.createDecorator<(query: URLSearchParams) => boolean>();

export function rememberProof(request: Request, proof: Proof): void {
  proofs.set(request, proof);
}

/** Who asks, as far as it has been proven. */
export function callerOf(request: Request): Caller | undefined {
  return proofs.get(request)?.caller;
}

/** The caller that the guard has let in. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller === undefined) throw new Error('This route does not declare its @EngagementScope.');
  return caller;
});

/** The session that the guard has let in. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): PresentedSession => {
    const session = proofs.get(context.switchToHttp().getRequest<Request>())?.session;
    if (session === undefined) throw new Error('This route does not declare that it is @ForSession.');
    return session;
  },
);
