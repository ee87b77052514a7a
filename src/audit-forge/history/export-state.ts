import type { SignedUrlFields } from '../dto/signed-url.response.js';
import type { ExportProgress } from '../export-runner.js';
import type { JobView } from '../queue/export-queue.js';
import type { FailureReason } from '../records/export-record.js';

/** How an export stands. One that is ready comes with what `delivery=signed_url` answers. */
export type ExportState =
  | { export_id: string; state: 'queued' | 'running' | 'cancelled'; progress: ExportProgress }
  | { export_id: string; state: 'failed'; progress: ExportProgress; reason: FailureReason }
  | ReadyExport;

/** How an export stands that has not ended, as far as can be known here. */
export type Unfinished = JobView | { state: 'lost' };

export type ReadyExport = { state: 'ready' } & SignedUrlFields;

/** One line of the history of an engagement's exports. Never a link. */
export interface ExportEntry {
  export_id: string;
  state: ExportState['state'];
  /** null: its record is damaged; so it is of `requested_by`. */
  format: string | null;
  requested_at: string;
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
