import type { LogSummary } from '../log/assembled-log.js';
import type { Caller } from '../auth/caller.js';
import type { LogFormat } from '../encoders/formats.js';
import type { ErrorCode } from '../errors/problems.js';
import type { StoredExport } from '../exports/export-object.js';
import { VERSION } from '../version.js';
import type { SnapshotDigest } from '../shards/snapshot-digest.js';

export const RECORD_SCHEMA = 'auditforge.export-record/1';

/** Who asked for an export. */
export interface RequestedBy {
  kind: Caller['kind'];
  subject: string;
}

/** What is known of an export when it is accepted. */
export interface ExportRequested {
  schema: typeof RECORD_SCHEMA;
  export_id: string;
  engagement_id: string;
  format: LogFormat;
  /** Seconds that its first link is to be valid for. */
  expires_in: number;
  service_version: string;
  request_id: string | null;
  /** ISO 8601. */
  requested_at: string;
  requested_by: RequestedBy;
}

/** An export that has ended, and left an object unless the log had no event. */
export interface ExportDone extends ExportRequested {
  size_bytes: number;
  shard_count: number;
  event_count: number;
  s3_bucket: string;
  s3_key: string | null;
  s3_version_id: string | null;
  empty: boolean;
  /** Lowercase hex of the log. */
  sha256: string | null;
  /** When the listing that it is of was begun. */
  snapshot_at: string;
  snapshot: SnapshotDigest;
  completed_at: string;
}

export interface AcceptedExport {
  exportId: string;
  engagementId: string;
  format: LogFormat;
  expiresIn: number;
  requestId: string | null;
  requestedAt: Date;
}

export function exportRequested({ kind, subject }: RequestedBy, accepted: AcceptedExport): ExportRequested {
  return {
    schema: RECORD_SCHEMA,
    export_id: accepted.exportId,
    engagement_id: accepted.engagementId,
    format: accepted.format,
    expires_in: accepted.expiresIn,
    service_version: VERSION,
    request_id: accepted.requestId,
    requested_at: accepted.requestedAt.toISOString(),
    requested_by: { kind, subject },
  };
}

/** Why an export has no object. */
export type FailureReason = ErrorCode | 'lost_at_restart';

export interface ExportFailed extends ExportRequested {
  reason: FailureReason;
  failed_at: string;
}

export function exportFailed(requested: ExportRequested, reason: FailureReason, at: Date): ExportFailed {
  return { ...requested, reason, failed_at: at.toISOString() };
}

export interface ExportCancelled extends ExportRequested {
  cancelled_at: string;
  cancelled_by: RequestedBy;
}

export interface Completion {
  stored: StoredExport | null;
  summary: LogSummary;
  bucket: string;
  snapshotAt: Date;
  digest: SnapshotDigest;
  completedAt: Date;
}

export function exportDone(requested: ExportRequested, completion: Completion): ExportDone {
  const { stored, summary, bucket, snapshotAt, digest, completedAt } = completion;
  const empty = stored === null;
  return {
    ...requested,
    size_bytes: empty ? 0 : summary.sizeBytes,
    shard_count: empty ? 0 : summary.shardCount,
    event_count: empty ? 0 : summary.eventCount,
    s3_bucket: bucket,
    s3_key: empty ? null : stored.key,
    s3_version_id: empty ? null : stored.versionId,
    empty,
    sha256: empty ? null : summary.sha256.toString('hex'),
    snapshot_at: snapshotAt.toISOString(),
    snapshot: digest,
    completed_at: completedAt.toISOString(),
  };
}
