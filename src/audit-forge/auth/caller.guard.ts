import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { hasCode } from '../errors/has-code.js';
import { RateLimits } from '../limits/rate-limits.js';
import { Shutdown } from '../shutdown.js';
import { Authenticator, type Proof } from './authenticator.js';
import { assertInScope } from './caller.js';
import { ByHand, EngagementScope, ForSession, rememberProof } from './caller.decorator.js';
import { assertSameOrigin } from './same-origin.js';

/** The one place where access is decided, from what the route declares. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * @throws AuditForgeError `authentication_required`, `cross_site_request`, `engagement_out_of_scope`,
   *   `too_many_requests`, `shutting_down`
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = context.getHandler();
    const parameter = this.reflector.get(EngagementScope, route);
    const forSession = this.reflector.get(ForSession, route);
    if (parameter === undefined && forSession === undefined) return true;
    this.shutdown.assertOpen();
    const request = context.switchToHttp().getRequest<Request>();
    const proof = await this.proof(request);
    if (proof.session?.by === 'cookie') assertSameOrigin(request, this.mayBeByHand(request, route));
    if (forSession !== undefined) assertSession(proof, forSession);
    if (parameter !== undefined) assertInScope(proof.caller, String(request.params[parameter]));
    rememberProof(request, proof);
    return true;
  }

  /** Who fails too often is told so, but who has a valid credential is let in, whoever shares the address. */
  private async proof(request: Request): Promise<Proof> {
    try {
      return await this.authenticator.prove(request);
    } catch (error) {
      if (hasCode(error, 'authentication_required')) {
        await this.limits.takeFailure(request.ip);
      }
      throw error;
    }
  }

  private mayBeByHand(request: Request, route: ReturnType<ExecutionContext['getHandler']>): boolean {
    const byHand = this.reflector.get(ByHand, route);
    if (byHand === undefined || request.method !== 'GET') return false;
    return byHand(new URL(request.originalUrl, 'http://localhost').searchParams);
  }
}

function assertSession({ session }: Proof, by: 'any' | 'header'): void {
  if (session === undefined || (by === 'header' && session.by !== 'header'))
    throw new AuditForgeError('authentication_required');
}
