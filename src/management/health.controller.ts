import { All, Controller, Get, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import type { Request, Response } from 'express';
import { AuditForgeHealth } from '../audit-forge/health/audit-forge-health.js';
import { answerOtherMethod, READ_METHODS } from '../audit-forge/http/other-method.js';
import { sendJson } from '../audit-forge/http/send-json.js';
import { hasCode } from '../audit-forge/errors/has-code.js';

const CHECKED_EVERY_MS = 10_000;
const ANSWERED_WITHIN_MS = 2_000;

/** For what starts, watches and balances the service: docs/operations.md says how to use it. */
@Controller('health')
@ApiExcludeController()
export class HealthController {
  constructor(
    private readonly health: AuditForgeHealth,
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /** Whether the process answers. Touches nothing. */
  @Get('live')
  live(@Res() response: Response): void {
    sendJson(response, { status: 'ok' });
  }

  /** Whether requests should be sent here: 200 `ok` or `degraded`, else 503. */
  @Get('ready')
  async ready(@Res() response: Response): Promise<void> {
    const result = await this.check();
    const isReady = result.status === 'ok' || result.status === 'degraded';
    response.status(isReady ? 200 : 503);
    sendJson(response, result);
  }

  @All(['live', 'ready'])
  otherMethod(@Req() request: Request, @Res() response: Response): void {
    answerOtherMethod(request, response, READ_METHODS);
  }

  private async check(): Promise<HealthCheckResult> {
    try {
      const redis = this.health.hasRedis ? [() => this.redis()] : [];
      return await this.checks.check([() => this.process(), this.store(), ...redis]);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private process() {
    const indicator = this.indicators.check('process');
    return this.health.isShuttingDown ? indicator.down('shutting_down') : indicator.up();
  }

  /** Asked for by every balancer every few seconds, so one request to the store stands for all of them. */
  private store() {
    return this.indicators
      .check('store')
      .attempt(({ signal }) => this.health.store(signal).catch(throwItsCode))
      .withTimeout(ANSWERED_WITHIN_MS)
      .cacheFor(CHECKED_EVERY_MS);
  }

  /** Without it no export is queued and limits are each instance's own, but all else goes on. */
  private async redis() {
    const indicator = this.indicators.check('redis');
    try {
      await this.health.redis();
      return indicator.up();
    } catch (error) {
      if (!hasCode(error, 'queue_unavailable')) throw error;
      return indicator.degraded('queue_unavailable');
    }
  }
}

/** The code says enough: a message may tell of the store what is nobody's business. */
function throwItsCode(error: Error & { code?: string }): never {
  throw new Error(error.code ?? error.name);
}
