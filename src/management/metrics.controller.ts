import { All, Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { collectDefaultMetrics } from 'prom-client';
import { AuditForgeMetrics } from '../audit-forge/metrics/audit-forge-metrics.js';
import { answerOtherMethod, READ_METHODS } from '../audit-forge/http/other-method.js';

/** For Prometheus, with what Node says of the process. */
@Controller('metrics')
@ApiExcludeController()
export class MetricsController {
  constructor(private readonly metrics: AuditForgeMetrics) {
    collectDefaultMetrics({ register: metrics.registry });
  }

  @Get()
  async all(@Res() response: Response): Promise<void> {
    const { registry } = this.metrics;
    const body = await registry.metrics();
    response.setHeader('Content-Type', registry.contentType);
    response.end(body);
  }

  @All()
  otherMethod(@Req() request: Request, @Res() response: Response): void {
    answerOtherMethod(request, response, READ_METHODS);
  }
}
