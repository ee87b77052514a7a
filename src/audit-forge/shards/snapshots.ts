import { Injectable, Logger } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Store } from '../s3/s3-store.js';
import { Snapshot } from './snapshot.js';

/** Takes snapshots of the shards of an engagement. */
@Injectable()
export class Snapshots {
  private readonly logger = new Logger('AuditForge');
  private readonly unordered = new Set<string>();

  constructor(
    private readonly store: S3Store,
    private readonly options: AuditForgeOptions,
    private readonly clock: StoreClock,
  ) {}

  /** Begins a listing; its failures are thrown by the snapshot. */
  take(location: BucketLocation, engagementId: string, signal: AbortSignal): Snapshot {
    const { store, unordered } = this;
    const prefix = this.options.shardPrefix.replace('{engagement_id}', engagementId);
    const onUnrecognised = (key: string) =>
      this.logger.warn({
        msg: 'auditforge_audit_log_unrecognised_object',
        engagement_id: engagementId,
        bucket: location.bucket,
        key,
      });
    const takenAt = this.clock.now();
    return new Snapshot({ store, location, prefix, takenAt, unordered, onUnrecognised }, signal);
  }
}
