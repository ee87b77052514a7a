import type { SignedUrlFields } from './dto/signed-url.response.js';
import type { ExportProgress } from './export-runner.js';
import { timeOfExportId } from './records/export-id.js';
import type { FailureReason } from './records/export-record.js';

/** How an export stands. One that is ready comes with what `delivery=signed_url` answers. */
export type ExportState =
  | { export_id: string; state: 'queued' | 'running' | 'cancelled'; progress: ExportProgress }
  | { export_id: string; state: 'failed'; progress: ExportProgress; reason: FailureReason }
  | ReadyExport;

export type ReadyExport = { state: 'ready' } & SignedUrlFields;

/** One line of the history of an engagement's exports. Never a link. */
export interface ExportEntry {
  export_id: string;
  state: ExportState['state'];
  /** null: its record is damaged, as of the next two. */
  format: string | null;
  requested_at: string | null;
  requested_by: { kind: string; subject: string } | null;
  /** Of one that has not ended. */
  progress?: ExportProgress;
  /** Of one that has failed. */
  reason?: FailureReason;
  /** Of one that is ready. */
  completed_at?: string;
  size_bytes?: number;
  shard_count?: number;
  event_count?: number;
  empty?: boolean;
  sha256?: string | null;
  s3_bucket?: string;
  s3_key?: string | null;
}

/** Of an export whose record cannot be trusted: what its id says, and no more. */
export function damagedEntry(exportId: string): ExportEntry {
  const at = timeOfExportId(exportId);
  return {
    export_id: exportId,
    state: 'failed',
    format: null,
    requested_at: Number.isNaN(at.getTime()) ? null : at.toISOString(),
    requested_by: null,
    reason: 'invalid_export_record',
  };
}
