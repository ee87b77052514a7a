import type { Caller } from '../auth/caller.js';
import type { LogFormat } from '../encoders/formats.js';

/** A log, or a link to one, that was handed to somebody. */
export interface HandOver {
  engagementId: string;
  caller: Caller;
  requestId: string | null;
  exportId: string | null;
  delivery: 'stream' | 'signed_url';
  format: LogFormat;
  s3Key: string | null;
  s3VersionId: string | null;
  /** Lowercase hex; null for a stream that did not come to its end. */
  sha256: string | null;
  eventCount: number | null;
  sizeBytes: number | null;
  /** Of a link. */
  link?: { expiresAt: string };
  /** Of a stream. */
  stream?: { outcome: 'complete' | 'aborted'; bytesSent: number };
}

/** Whether the trail has a link to the same export already. */
export type Issue = 'first' | 'renewed';

/** The hand-over as an event of the engagement's own log: one line, which holds no link. */
export function custodyEvent(handOver: HandOver, issue: Issue, at: Date): string {
  const { engagementId, caller, link, stream } = handOver;
  const event = {
    event: 'audit_log_export',
    ts: at.toISOString(),
    actor: { kind: caller.kind, subject: caller.subject },
    request_id: handOver.requestId,
    metadata: {
      engagement_id: engagementId,
      export_id: handOver.exportId,
      delivery: handOver.delivery,
      ...(link === undefined ? {} : { issue }),
      format: handOver.format,
      s3_key: handOver.s3Key,
      s3_version_id: handOver.s3VersionId,
      sha256: handOver.sha256,
      event_count: handOver.eventCount,
      size_bytes: handOver.sizeBytes,
      ...(link === undefined ? {} : { expires_at: link.expiresAt }),
      ...(stream === undefined ? {} : { outcome: stream.outcome, bytes_sent: stream.bytesSent }),
    },
  };
  return `${JSON.stringify(event)}\n`;
}
