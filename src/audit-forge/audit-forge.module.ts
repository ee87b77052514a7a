import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ThrottlerStorage } from '@nestjs/throttler';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './audit-forge.module-definition.js';
import { AuditForgeOptions, checkedOptions } from './audit-forge.options.js';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLogExporter } from './audit-log-exporter.js';
import { AuditLogExports } from './audit-log-exports.js';
import { Authenticator } from './auth/authenticator.js';
import { JwtSessionVerifier } from './auth/jwt-session-verifier.js';
import { SessionCookie } from './auth/session-cookie.js';
import { SessionVerifier } from './auth/session-verifier.js';
import { Clock, StoreClock, SystemClock } from './clock.js';
import { CustodyTrail } from './custody/custody-trail.js';
import { EngagementStore } from './engagements/engagement-store.js';
import { Engagements } from './engagements/engagements.js';
import { S3EngagementStore } from './engagements/s3-engagement-store.js';
import { ExportAcceptance } from './queue/export-acceptance.js';
import { ExportCancellation } from './queue/export-cancellation.js';
import { ExportHistory } from './history/export-history.js';
import { ExportRunner } from './export-runner.js';
import { ExportSlots } from './export-slots.js';
import { ExportKeys } from './exports/export-keys.js';
import { ExportMaterializer } from './exports/export-materializer.js';
import { Presigner } from './exports/presigner.js';
import { ExportsController } from './exports.controller.js';
import { commonHeaders } from './http/common-headers.js';
import { AuditForgeHealth } from './health/audit-forge-health.js';
import { IdempotencyKeys } from './idempotency/idempotency-keys.js';
import { LinkHandOver } from './custody/link-hand-over.js';
import { LogReader } from './log/log-reader.js';
import { RateLimits } from './limits/rate-limits.js';
import { throttlerStorage } from './limits/throttler-storage.js';
import { AuditForgeMetrics } from './metrics/audit-forge-metrics.js';
import { StateMetrics } from './metrics/state-metrics.js';
import { ExportQueue } from './queue/export-queue.js';
import { ExportWorker } from './queue/export-worker.js';
import { exportQueue, idempotencyKeys } from './queue/provided-queue.js';
import { ExportRecords } from './records/export-records.js';
import { BucketRegions } from './s3/bucket-regions.js';
import { ObjectGets } from './s3/object-gets.js';
import { DefaultS3ClientFactory, S3ClientFactory, S3Clients } from './s3/s3-clients.js';
import { S3Store } from './s3/s3-store.js';
import { SmallObjects } from './s3/small-objects.js';
import { StoreProbe } from './s3/store-probe.js';
import { ReadBudget } from './shards/read-budget.js';
import { SegmentFetcher } from './shards/segment-fetcher.js';
import { ShardReader } from './shards/shard-reader.js';
import { SessionController } from './session.controller.js';
import { Shutdown } from './shutdown.js';
import { Snapshots } from './shards/snapshots.js';
import { StreamTrail } from './custody/stream-trail.js';

/** The audit-log export: the endpoint, and {@link AuditLogExporter} for other services. */
@Module({
  controllers: [AuditLogController, ExportsController, SessionController],
  providers: [
    { provide: AuditForgeOptions, useFactory: checkedOptions, inject: [MODULE_OPTIONS_TOKEN] },
    // What a host may bind itself, see AuditForgeModuleExtras.
    { provide: Clock, useClass: SystemClock },
    { provide: EngagementStore, useClass: S3EngagementStore },
    { provide: S3ClientFactory, useClass: DefaultS3ClientFactory },
    { provide: SessionVerifier, useClass: JwtSessionVerifier },
    { provide: ThrottlerStorage, useFactory: throttlerStorage, inject: [AuditForgeOptions] },
    { provide: ExportQueue, useFactory: exportQueue, inject: [AuditForgeOptions, ModuleRef] },
    { provide: IdempotencyKeys, useFactory: idempotencyKeys, inject: [AuditForgeOptions] },
    AuditForgeHealth,
    AuditForgeMetrics,
    AuditLogExporter,
    AuditLogExports,
    Authenticator,
    BucketRegions,
    CustodyTrail,
    Engagements,
    ExportAcceptance,
    ExportCancellation,
    ExportHistory,
    ExportKeys,
    ExportMaterializer,
    ExportRecords,
    ExportRunner,
    ExportSlots,
    ExportWorker,
    LinkHandOver,
    LogReader,
    ObjectGets,
    Presigner,
    RateLimits,
    ReadBudget,
    S3Clients,
    S3Store,
    SegmentFetcher,
    SessionCookie,
    ShardReader,
    Shutdown,
    SmallObjects,
    Snapshots,
    StateMetrics,
    StoreClock,
    StoreProbe,
    StreamTrail,
  ],
  exports: [AuditForgeHealth, AuditForgeMetrics, AuditLogExporter, AuditLogExports],
})
export class AuditForgeModule extends ConfigurableModuleClass implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(commonHeaders).forRoutes(AuditLogController, ExportsController, SessionController);
  }
}
