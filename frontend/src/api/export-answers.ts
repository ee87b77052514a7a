import { asSignedUrl } from './answers.js';
import { holds, isOneOf } from './holds.js';
import type {
  AuditLogSignedUrlResponse,
  ExportEntry,
  ExportList,
  ExportProgress,
  UnfinishedExport,
} from './types.js';

/** How an export stands: ready, with a link to its object, or without one. */
export type Standing =
  { readonly state: 'ready'; readonly link: AuditLogSignedUrlResponse } | Readonly<UnfinishedExport>;

const WITHOUT_OBJECT = ['queued', 'running', 'failed', 'cancelled'] as const;

/** An answer without a state is that of a service that made the link at once. */
export function asStanding(body: unknown, engagementId: string): Standing {
  const { state, ...link } = holds<{ state?: unknown }>(body, {});
  if (state === undefined || state === 'ready')
    return { state: 'ready', link: asSignedUrl(link, engagementId) };
  isOneOf('state', state, WITHOUT_OBJECT);
  const standing = holds<UnfinishedExport>(body, { export_id: 'string', progress: 'object' });
  assertProgress(standing.progress);
  return standing;
}

export function asExportList(body: unknown): ExportList {
  const list = holds<ExportList>(body, { exports: 'list', next_cursor: 'string?' });
  list.exports.forEach(assertEntry);
  return list;
}

function assertEntry(body: unknown): void {
  const entry = holds<ExportEntry>(body, {
    export_id: 'string',
    state: 'string',
    format: 'string?',
    requested_at: 'string',
  });
  // null, as the format, where its record is damaged.
  if (entry.requested_by !== null) holds(entry.requested_by, { kind: 'string', subject: 'string' });
  const state = isOneOf('state', entry.state, [...WITHOUT_OBJECT, 'ready']);
  if (state === 'queued' || state === 'running') assertProgress(entry.progress);
  if (state === 'ready')
    holds(entry, { size_bytes: 'number', event_count: 'number', empty: 'boolean', sha256: 'string?' });
}

function assertProgress(progress: unknown): void {
  const { shards, bytes } = holds<ExportProgress>(progress, { shards: 'object', bytes: 'object' });
  for (const count of [shards, bytes]) holds(count, { done: 'number', total: 'number' });
}
