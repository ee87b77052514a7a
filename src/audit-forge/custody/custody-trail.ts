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
import { custodyEvent, type HandOver, type Issue } from './custody-event.js';
import { custodyKey, isEventOf, platformKey } from './custody-key.js';
import { InTurn } from './in-turn.js';

/** Every hand-over of a log as an event of that log, so that its receiver sees who had it before. */
@Injectable()
export class CustodyTrail {
  private readonly logger = new Logger('AuditForge');
  /** So that of links to one export that are asked for at once, one is the first. */
  private readonly ofOneExport = new InTurn();

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
    const { exportId } = handOver;
    const put = () => this.put(handOver, location, knownKey, signal);
    try {
      await (exportId === null ? put() : this.ofOneExport.do(exportId, put));
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

  private async put(
    handOver: HandOver,
    location: BucketLocation,
    knownKey: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { engagementId, exportId } = handOver;
    const prefix = this.options.shardPrefix.replace('{engagement_id}', engagementId);
    // A record may name any key: only one of this log is where to begin.
    const known = knownKey?.startsWith(prefix) === true ? platformKey(knownKey) : undefined;
    const { last, issue } = await this.look(location, prefix, known, exportId, signal);
    const at = this.clock.now();
    const key = custodyKey(prefix, last, at, exportId);
    const body = custodyEvent(handOver, issue, at);
    if (!(await this.objects.create(location, { key, body, contentType: 'application/x-ndjson' }, signal)))
      throw new Error('the key of the event has another one');
  }

  /**
   * What the log has after a shard: its last one, and whether there is a link to the export. Events of an export
   * come after the shards that it is of.
   */
  private async look(
    location: BucketLocation,
    prefix: string,
    after: string | undefined,
    exportId: string | null,
    signal: AbortSignal,
  ): Promise<{ last: string | undefined; issue: Issue }> {
    let last = after;
    let issue: Issue = 'first';
    for await (const key of listKeys(this.store, location, { Prefix: prefix, StartAfter: after }, signal)) {
      if (exportId !== null && isEventOf(key, exportId)) issue = 'renewed';
      if (isShardKey(key) && (last === undefined || compareKeys(key, last) > 0)) last = key;
    }
    return { last, issue };
  }
}
