import { All, Controller, Delete, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AuditLogExports } from './audit-log-exports.js';
import { CurrentCaller, EngagementScope } from './auth/caller.decorator.js';
import type { Caller } from './auth/caller.js';
import { CallerGuard } from './auth/caller.guard.js';
import { Asked } from './dto/asked.decorator.js';
import { EngagementPath } from './dto/audit-log.query.js';
import { ExportListQuery, ExportPath, ExportQuery, NewExport } from './dto/exports.query.js';
import { parseBody } from './dto/parse-body.js';
import { AuditForgeError } from './errors/audit-forge.error.js';
import { answerRequest, answerState } from './http/answer-export.js';
import { clientSignal } from './http/client-signal.js';
import { idempotencyKeyOf } from './http/idempotency-key.js';
import { jsonBodyOf } from './http/json-body.js';
import { assertNoBody } from './http/no-body.js';
import { answerOtherMethod } from './http/other-method.js';
import { preferencesOf } from './http/prefer.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestIdOf } from './http/request-id.js';
import { sendJson } from './http/send-json.js';
import { RateLimits } from './limits/rate-limits.js';
import { ApiCancelExport, ApiGetExport, ApiListExports, ApiRequestExport } from './openapi/api-exports.js';

/** HTTP for {@link AuditLogExports}, and nothing else. */
@Controller('auditforge/engagement/:id/audit-log/exports')
@UseGuards(CallerGuard)
@UseFilters(ProblemFilter)
export class ExportsController {
  constructor(
    private readonly exports: AuditLogExports,
    private readonly limits: RateLimits,
  ) {}

  @Post()
  @EngagementScope('id')
  @ApiRequestExport()
  async request(
    @Asked(EngagementPath) { id }: EngagementPath,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.assertOn();
    const { format, expires_in } = parseBody(NewExport, await jsonBodyOf(request));
    const idempotencyKey = idempotencyKeyOf(request);
    await this.limits.take(caller, 'signed_url');
    const { wait } = preferencesOf(request);
    const wanted = { engagementId: id, format, expiresIn: expires_in, idempotencyKey };
    // It goes on when the client leaves: that is what it is for, and the history shows it.
    const patience = { waitSeconds: wait ?? 0 };
    const state = await this.exports.request(caller, wanted, patience, contextOf(request, response));
    answerRequest(response, id, state, { ready: 201, applied: wait === undefined ? [] : [`wait=${wait}`] });
  }

  @Get()
  @EngagementScope('id')
  @ApiListExports()
  async list(
    @Asked(ExportListQuery) { id, limit, cursor }: ExportListQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.assertOn();
    await this.limits.take(caller, 'read');
    const page = { limit: Number(limit), before: cursor === '' ? undefined : cursor };
    const { exports, next } = await this.exports.list(caller, id, page, contextOf(request, response));
    sendJson(response, { exports, next_cursor: next });
  }

  @Get(':export_id')
  @EngagementScope('id')
  @ApiGetExport()
  async state(
    @Asked(ExportQuery) { id, export_id, expiresIn }: ExportQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.assertOn();
    await this.limits.take(caller, 'read');
    // HEAD hands nothing over: it gives no link, and leaves no trace of one.
    const wanted = { expiresIn: request.method === 'HEAD' ? undefined : expiresIn };
    answerState(
      response,
      await this.exports.state(caller, id, export_id, wanted, contextOf(request, response)),
    );
  }

  @Delete(':export_id')
  @EngagementScope('id')
  @ApiCancelExport()
  async cancel(
    @Asked(ExportPath) { id, export_id }: ExportPath,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.assertOn();
    assertNoBody(request);
    await this.limits.take(caller, 'read');
    await this.exports.cancel(caller, id, export_id, contextOf(request, response));
    response.status(204).end();
  }

  @All()
  @ApiExcludeEndpoint()
  otherMethod(@Req() request: Request, @Res() response: Response): void {
    this.assertOn();
    answerOtherMethod(request, response, 'GET, HEAD, POST, OPTIONS');
  }

  @All(':export_id')
  @ApiExcludeEndpoint()
  otherMethodOfOne(@Req() request: Request, @Res() response: Response): void {
    this.assertOn();
    answerOtherMethod(request, response, 'GET, HEAD, DELETE, OPTIONS');
  }

  private assertOn(): void {
    if (!this.exports.areOn) throw new AuditForgeError('not_found');
  }
}

function contextOf(request: Request, response: Response): { signal: AbortSignal; requestId: string } {
  return { signal: clientSignal(response), requestId: requestIdOf(request) };
}
