import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Shutdown } from '../shutdown.js';
import { Authenticator } from './authenticator.js';
import { assertInScope } from './caller.js';
import { EngagementScope, rememberCaller } from './caller.decorator.js';

/** The one place where access is decided, from what the route declares. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws AuditForgeError `authentication_required`, `engagement_out_of_scope`, `shutting_down` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const parameter = this.reflector.get(EngagementScope, context.getHandler());
    if (parameter === undefined) return true;
    this.shutdown.assertOpen();
    const request = context.switchToHttp().getRequest<Request>();
    const caller = await this.authenticator.callerOf(request);
    assertInScope(caller, String(request.params[parameter]));
    rememberCaller(request, caller);
    return true;
  }
}
