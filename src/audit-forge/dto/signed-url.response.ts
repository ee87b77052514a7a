import type { LogSummary } from '../assembled-log.js';
import type { LogFormat } from '../encoders/formats.js';
import type { StoredExport } from '../exports/export-object.js';
import type { SignedLink } from '../exports/presigner.js';

/** The answer to `delivery=signed_url`. For a log without an event the link, and what describes it, is null. */
export interface SignedUrlResponse {
  engagement_id: string;
  format: LogFormat;
  signed_url: string | null;
  size_bytes: number;
  /** All shards of the snapshot, also those without an event. */
  shard_count: number;
  event_count: number;
  /** Seconds, as asked for or as long as the credentials last. */
  expires_in: number;
  /** ISO 8601, whole seconds: when the store stops honouring the link. */
  expires_at: string | null;
  s3_bucket: string;
  s3_key: string | null;
  empty: boolean;
  /** Lowercase hex of the log. */
  sha256: string | null;
  /** null where the bucket is not versioned. */
  s3_version_id: string | null;
  expiry_limited_by?: 'credentials';
}

export interface ExportOutcome {
  engagementId: string;
  format: LogFormat;
  expiresIn: number;
  bucket: string;
  summary: LogSummary;
  stored: StoredExport | null;
  link: SignedLink | null;
}

export function signedUrlResponse(outcome: ExportOutcome): SignedUrlResponse {
  const { engagementId, format, expiresIn, bucket, summary, stored, link } = outcome;
  const empty = stored === null || link === null;
  return {
    engagement_id: engagementId,
    format,
    signed_url: empty ? null : link.url,
    size_bytes: empty ? 0 : summary.sizeBytes,
    shard_count: empty ? 0 : summary.shardCount,
    event_count: empty ? 0 : summary.eventCount,
    expires_in: empty ? expiresIn : link.expiresIn,
    expires_at: empty ? null : link.expiresAt.toISOString().replace('.000Z', 'Z'),
    s3_bucket: bucket,
    s3_key: empty ? null : stored.key,
    empty,
    sha256: empty ? null : summary.sha256.toString('hex'),
    s3_version_id: empty ? null : stored.versionId,
    ...(link?.limitedByCredentials === true ? { expiry_limited_by: 'credentials' as const } : {}),
  };
}
