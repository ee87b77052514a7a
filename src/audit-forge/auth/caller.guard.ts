import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { RateLimits } from '../limits/rate-limits.js';
import { Shutdown } from '../shutdown.js';
import { Authenticator } from './authenticator.js';
import { assertInScope, type Caller } from './caller.js';
import { EngagementScope, rememberCaller } from './caller.decorator.js';

/** The one place where access is decided, from what the route declares. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws AuditForgeError `authentication_required`, `engagement_out_of_scope`, `too_many_requests`, `shutting_down` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const parameter = this.reflector.get(EngagementScope, context.getHandler());
    if (parameter === undefined) return true;
    this.shutdown.assertOpen();
    const request = context.switchToHttp().getRequest<Request>();
    const caller = await this.caller(request);
    assertInScope(caller, String(request.params[parameter]));
    rememberCaller(request, caller);
    return true;
  }

  /** Who fails too often is told so, but who has a valid credential is let in, whoever shares the address. */
  private async caller(request: Request): Promise<Caller> {
    try {
      return await this.authenticator.callerOf(request);
    } catch (error) {
      if (error instanceof AuditForgeError && error.code === 'authentication_required') {
        await this.limits.takeFailure(request.ip);
      }
      throw error;
    }
  }
}
