import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import { AuditForgeModule, type AuditForgeModuleExtras } from './audit-forge/index.js';
import { ProblemFilter } from './audit-forge/http/problem.filter.js';
import type { Settings } from './config/settings.js';
import { loggingOptions } from './logging.js';
import { HealthController } from './management/health.controller.js';
import { MetricsController } from './management/metrics.controller.js';

export interface AppOverrides extends AuditForgeModuleExtras {
  /** Where log lines go; default: standard output. */
  logTo?: DestinationStream;
  logLevel?: string;
}

/** The standalone service: one host of {@link AuditForgeModule}. */
@Module({})
export class AppModule {
  static forRoot({ auditForge }: Settings, { logTo, logLevel, ...extras }: AppOverrides = {}): DynamicModule {
    const pinoHttp = loggingOptions(logLevel);
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot({ pinoHttp: logTo === undefined ? pinoHttp : [pinoHttp, logTo] }),
        AuditForgeModule.forRoot({ ...auditForge, ...extras }),
        // What fails is in the answer; a line for each time that somebody asks would say no more.
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [HealthController, MetricsController],
      // Unknown routes have no controller whose filter would answer them.
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
