import type { ExportEntry, Unfinished } from './export-state.js';
import { timeOfExportId } from '../records/export-id.js';
import type { StandingRecord } from '../records/export-records.js';

/**
 * What the history shows of a record: of what is in it, only what it is known to hold.
 * @param view of an export whose only record is its request
 */
export function entryOf({ kind, record }: StandingRecord, view: Unfinished | undefined): ExportEntry {
  const { export_id, format, requested_at, requested_by } = record;
  const { kind: who, subject } = requested_by;
  const of = { format, requested_at, requested_by: { kind: who, subject } };
  if (kind === 'done') {
    const { completed_at, size_bytes, shard_count, event_count, empty, sha256, s3_bucket, s3_key } = record;
    const done = { completed_at, size_bytes, shard_count, event_count, empty, sha256, s3_bucket, s3_key };
    return { export_id, state: 'ready', ...of, ...done };
  }
  if (kind === 'failed') return { export_id, state: 'failed', ...of, reason: record.reason };
  if (kind === 'cancelled') return { export_id, state: 'cancelled', ...of };
  return view === undefined || view.state === 'lost'
    ? { export_id, state: 'failed', ...of, reason: 'lost_at_restart' }
    : { export_id, state: view.state, ...of, progress: view.progress };
}

/** Of an export whose record cannot be trusted: what its id says, and no more. */
export function damagedEntry(exportId: string): ExportEntry {
  return {
    export_id: exportId,
    state: 'failed',
    format: null,
    requested_at: timeOfExportId(exportId).toISOString(),
    requested_by: null,
    reason: 'invalid_export_record',
  };
}
