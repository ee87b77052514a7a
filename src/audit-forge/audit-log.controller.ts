import { All, Controller, Get, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AuditForgeOptions } from './audit-forge.options.js';
import { AuditLogExporter } from './audit-log-exporter.js';
import { AuditLogExports } from './audit-log-exports.js';
import type { Caller } from './auth/caller.js';
import { ByHand, CurrentCaller, EngagementScope } from './auth/caller.decorator.js';
import { CallerGuard } from './auth/caller.guard.js';
import { StoreClock } from './clock.js';
import { Asked } from './dto/asked.decorator.js';
import { AuditLogQuery, EngagementPath } from './dto/audit-log.query.js';
import { engagementResponse } from './dto/engagement.response.js';
import { FORMATS } from './encoders/formats.js';
import { hasCode } from './errors/has-code.js';
import type { ExportState } from './history/export-state.js';
import { exportFileName } from './exports/export-key.js';
import { answerRequest, assertNotInVain } from './http/answer-export.js';
import { clientSignal } from './http/client-signal.js';
import { answerOtherMethod, READ_METHODS } from './http/other-method.js';
import { preferencesOf } from './http/prefer.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestIdOf } from './http/request-id.js';
import { sendJson } from './http/send-json.js';
import { assertStreamable, setStreamHeaders, streamLog } from './http/stream-log.js';
import { RateLimits } from './limits/rate-limits.js';
import { ApiGetAuditLog } from './openapi/api-audit-log.js';
import { ApiGetEngagement } from './openapi/api-engagement.js';

/** HTTP for {@link AuditLogExporter}, and nothing else. */
@Controller('auditforge/engagement')
@UseGuards(CallerGuard)
@UseFilters(ProblemFilter)
export class AuditLogController {
  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly exports: AuditLogExports,
    private readonly limits: RateLimits,
    private readonly options: AuditForgeOptions,
    private readonly clock: StoreClock,
  ) {}

  @Get(':id')
  @EngagementScope('id')
  @ApiGetEngagement()
  async engagement(
    @Asked(EngagementPath) { id }: EngagementPath,
    @CurrentCaller() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    await this.limits.take(caller, 'read');
    const engagement = await this.exporter.engagement(caller, id, { signal: clientSignal(response) });
    sendJson(response, engagementResponse(engagement));
  }

  @Get(':id/audit-log')
  @EngagementScope('id')
  @ByHand((query) => (query.get('delivery') ?? 'stream') === 'stream')
  @ApiGetAuditLog()
  async auditLog(
    @Asked(AuditLogQuery) asked: AuditLogQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (asked.delivery === 'stream') assertStreamable(request);
    await this.limits.take(caller, request.method === 'HEAD' ? 'read' : asked.delivery);
    if (request.method === 'HEAD') await this.head(asked, caller, request, response);
    else if (asked.delivery === 'stream') await this.stream(asked, caller, request, response);
    else await this.signedUrl(asked, caller, request, response);
  }

  @All([':id', ':id/audit-log'])
  @ApiExcludeEndpoint()
  otherMethod(@Req() request: Request, @Res() response: Response): void {
    answerOtherMethod(request, response, READ_METHODS);
  }

  /** Says what GET would, but lists and writes nothing. */
  private async head(
    asked: AuditLogQuery,
    caller: Caller,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { id, format, delivery } = asked;
    await this.exporter.engagement(caller, id, { signal: clientSignal(response) });
    if (delivery === 'stream') {
      const fileName = exportFileName(id, this.clock.now(), format);
      setStreamHeaders(request, response, { fileName, contentType: FORMATS[format].contentType });
    } else {
      if (this.exports.areOn) response.vary('Prefer');
      response.setHeader('Content-Type', 'application/json');
    }
    response.end();
  }

  private async stream(
    asked: AuditLogQuery,
    caller: Caller,
    request: Request,
    response: Response,
  ): Promise<void> {
    const signal = clientSignal(response);
    const wanted = { engagementId: asked.id, format: asked.format };
    const log = await this.exporter.stream(caller, wanted, { signal, requestId: requestIdOf(request) });
    await streamLog(request, response, log, {
      idleSeconds: this.options.clientIdleSeconds,
      clientLeft: signal,
    });
  }

  private async signedUrl(
    asked: AuditLogQuery,
    caller: Caller,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { id, format, expiresIn } = asked;
    const wanted = { engagementId: id, format, expiresIn };
    const context = { signal: clientSignal(response), requestId: requestIdOf(request) };
    const { respondAsync, wait } = preferencesOf(request);
    // Who leaves before the answer has not learnt where the export is found again.
    const patience = { waitSeconds: wait ?? 0, endsWithRequest: true };
    const later =
      respondAsync && this.exports.areOn
        ? await unlessQueueIsAway(this.exports.request(caller, wanted, patience, context))
        : undefined;
    const link = later ?? (await this.exporter.signedUrl(caller, wanted, context));
    if (this.exports.areOn) response.vary('Prefer');
    if (later === undefined) {
      sendJson(response, link);
      return;
    }
    assertNotInVain(later);
    const applied = ['respond-async', ...(wait === undefined ? [] : [`wait=${wait}`])];
    answerRequest(response, id, later, { ready: 200, applied });
  }
}

/** That the answer may come later is a preference: without a queue it comes now. */
async function unlessQueueIsAway(asked: Promise<ExportState>): Promise<ExportState | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (hasCode(error, 'queue_unavailable')) return undefined;
    throw error;
  }
}
