import type { ExportPage } from '../api/export-calls.js';
import type { ExportEntry, UnfinishedExport } from '../api/types.js';
import { SHA256 } from './client.js';

export const EXPORT_ID = '20260508T112000Z-k3v7q2mzda';

/** The id of the nth export: later ones come after. */
export const exportId = (n: number) => `20260508T11${String(n).padStart(4, '0')}Z-k3v7q2mzda`;

/** An export that is ready, the nth of its engagement, asked for in the nth minute. */
export function entry(n: number, changes: Partial<ExportEntry> = {}): ExportEntry {
  return {
    export_id: exportId(n),
    state: 'ready',
    format: 'jsonl',
    requested_at: new Date(Date.UTC(2026, 4, 8, 11, n)).toISOString(),
    requested_by: { kind: 'session', subject: 'reviewer@example.com' },
    completed_at: new Date(Date.UTC(2026, 4, 8, 11, n, 2)).toISOString(),
    size_bytes: 4_796_023,
    shard_count: 12,
    event_count: 1842,
    empty: false,
    sha256: SHA256,
    s3_bucket: 'metis-shared',
    s3_key: 'auditforge/exports/eng-abc123-20260508T112000Z.jsonl',
    ...changes,
  };
}

/** One of which so many of 12 shards have been read. */
export function running(n: number, shards: number): ExportEntry {
  const { export_id, format, requested_at, requested_by } = entry(n);
  return { export_id, state: 'running', format, requested_at, requested_by, progress: progressOf(shards) };
}

export const standing = (
  state: UnfinishedExport['state'],
  shards = 0,
  reason?: string,
): UnfinishedExport => ({
  export_id: EXPORT_ID,
  state,
  progress: progressOf(shards),
  ...(reason !== undefined && { reason }),
});

const progressOf = (shards: number) => ({
  shards: { done: shards, total: 12 },
  bytes: { done: shards * 400_000, total: 4_800_000 },
});

/** A page of the history. */
export const page = (exports: ExportEntry[], next_cursor: string | null = null): ExportPage => ({
  exports,
  next_cursor,
  retryAfterSeconds: null,
});
