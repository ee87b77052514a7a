import { All, Controller, Delete, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { PresentedSession } from './auth/authenticator.js';
import { CurrentCaller, CurrentSession, ForSession } from './auth/caller.decorator.js';
import type { Caller } from './auth/caller.js';
import { CallerGuard } from './auth/caller.guard.js';
import { assertSameOrigin } from './auth/same-origin.js';
import { SessionCookie } from './auth/session-cookie.js';
import { StoreClock } from './clock.js';
import { Asked, NoParameters } from './dto/asked.decorator.js';
import { sessionResponse } from './dto/session.response.js';
import { assertNoBody } from './http/no-body.js';
import { answerOtherMethod } from './http/other-method.js';
import { ProblemFilter } from './http/problem.filter.js';
import { sendJson } from './http/send-json.js';
import { RateLimits } from './limits/rate-limits.js';
import { ApiGetSession, ApiSignIn, ApiSignOut } from './openapi/api-session.js';

/** Signing in for pages: a session token is exchanged for a cookie that no script can read. */
@Controller('auditforge/session')
@UseGuards(CallerGuard)
@UseFilters(ProblemFilter)
export class SessionController {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly limits: RateLimits,
    private readonly clock: StoreClock,
  ) {}

  @Post()
  @ForSession('header')
  @ApiSignIn()
  async signIn(
    @Asked(NoParameters) _: NoParameters,
    @CurrentCaller() caller: Caller,
    @CurrentSession() { token, expiresAt }: PresentedSession,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    assertNoBody(request);
    await this.limits.take(caller, 'read');
    const secondsLeft = Math.floor((expiresAt.getTime() - this.clock.now().getTime()) / 1000);
    this.cookie.set(response, token, secondsLeft);
    response.status(204).end();
  }

  @Get()
  @ForSession('any')
  @ApiGetSession()
  async session(
    @Asked(NoParameters) _: NoParameters,
    @CurrentCaller() caller: Caller,
    @CurrentSession() session: PresentedSession,
    @Res() response: Response,
  ): Promise<void> {
    await this.limits.take(caller, 'read');
    sendJson(response, sessionResponse(session));
  }

  /** For everybody, a session that has ended included: it takes nothing but a cookie of the one who asks. */
  @Delete()
  @ApiSignOut()
  signOut(@Asked(NoParameters) _: NoParameters, @Req() request: Request, @Res() response: Response): void {
    assertSameOrigin(request);
    assertNoBody(request);
    this.cookie.clear(response);
    response.status(204).end();
  }

  @All()
  @ApiExcludeEndpoint()
  otherMethod(@Req() request: Request, @Res() response: Response): void {
    answerOtherMethod(request, response, 'GET, HEAD, POST, DELETE, OPTIONS');
  }
}
