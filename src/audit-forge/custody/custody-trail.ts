import { Injectable, Logger } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { logFields } from '../auth/caller.js';
import { StoreClock } from '../clock.js';
import { describeError } from '../errors/describe-error.js';
import { failureCode } from '../errors/failure-code.js';
import { AuditForgeMetrics } from '../metrics/audit-forge-metrics.js';
import { listKeys } from '../s3/listing.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Store } from '../s3/s3-store.js';
import { SmallObjects } from '../s3/small-objects.js';
import { isShardKey } from '../shards/shard.js';
import { compareKeys } from '../shards/snapshot.js';
import { custodyEvent, type HandOver } from './custody-event.js';
import { custodyKey } from './custody-key.js';

/** Every hand-over of a log as an event of that log, so that its receiver sees who had it before. */
@Injectable()
export class CustodyTrail {
  private readonly logger = new Logger('AuditForge');

  constructor(
    private readonly store: S3Store,
    private readonly objects: SmallObjects,
    private readonly clock: StoreClock,
    private readonly metrics: AuditForgeMetrics,
    private readonly options: AuditForgeOptions,
  ) {}

  /**
   * Writes the event, unless the trail is off. An export's own event is in the next export.
   *
   * @param knownKey the last shard of a listing that was taken before, after which this one need only look
   * @throws S3Failure, after a log line `auditforge_custody_write_failed`: then a link must not go out
   */
  async write(
    handOver: HandOver,
    location: BucketLocation,
    knownKey: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    if (!this.options.custodyTrail) return;
    try {
      const prefix = this.options.shardPrefix.replace('{engagement_id}', handOver.engagementId);
      const lastKey = await this.lastKey(location, prefix, knownKey, signal);
      const at = this.clock.now();
      const key = custodyKey(prefix, lastKey, at);
      const body = custodyEvent(handOver, at);
      await this.objects.create(location, { key, body, contentType: 'application/x-ndjson' }, signal);
    } catch (error) {
      this.metrics.custodyFailures.inc();
      this.logger.error({
        msg: 'auditforge_custody_write_failed',
        request_id: handOver.requestId,
        ...logFields(handOver.caller, handOver.engagementId),
        export_id: handOver.exportId,
        code: failureCode(error, false),
        cause: describeError(error),
      });
      throw error;
    }
  }

  private async lastKey(
    location: BucketLocation,
    prefix: string,
    knownKey: string | null,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    // A record may name any key: only one of this log is where to begin.
    let last = knownKey?.startsWith(prefix) === true ? knownKey : undefined;
    const after = { Prefix: prefix, StartAfter: last };
    for await (const key of listKeys(this.store, location, after, signal)) {
      if (isShardKey(key) && (last === undefined || compareKeys(key, last) > 0)) last = key;
    }
    return last;
  }
}
