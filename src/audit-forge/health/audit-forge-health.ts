import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { ExportQueue } from '../queue/export-queue.js';
import { StoreProbe } from '../s3/store-probe.js';
import { Shutdown } from '../shutdown.js';

/** What the module needs to do its work, for the health checks of its host. */
@Injectable()
export class AuditForgeHealth {
  constructor(
    private readonly probe: StoreProbe,
    private readonly queue: ExportQueue,
    private readonly shutdown: Shutdown,
    private readonly options: AuditForgeOptions,
  ) {}

  /**
   * One HEAD of the shared bucket, without retries.
   * @throws AuditForgeError `storage_unavailable`, `storage_access_denied`, `storage_misconfigured`
   */
  store(signal: AbortSignal): Promise<void> {
    return this.probe.reach(signal);
  }

  get hasRedis(): boolean {
    return this.options.redisUrl !== undefined;
  }

  /** @throws AuditForgeError `queue_unavailable`: then no export is queued, and all else goes on */
  async redis(): Promise<void> {
    await this.queue.backlog();
  }

  /** No export is begun any more. */
  get isShuttingDown(): boolean {
    return this.shutdown.hasBegun;
  }
}
