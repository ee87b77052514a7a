import { AuditForgeProblem } from '../api/errors.js';
import type { ExportEntry, ExportProgress } from '../api/types.js';
import { events, size } from './amounts.js';
import { explain } from './explain.js';
import { FORMAT_NAMES } from './formats.js';
import { LOCALE } from './locale.js';

/** What is said of an export that is not simply there. */
export const STATE_NAMES: Readonly<Record<ExportEntry['state'], string>> = {
  queued: 'Waiting for its turn',
  running: 'Under way',
  ready: '',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

type RequestedBy = NonNullable<ExportEntry['requested_by']>;

const ASKED_BY: Readonly<Record<RequestedBy['kind'], string>> = {
  admin: 'by the platform admin',
  session: 'by',
  service: 'by the service',
};

/** What an export is: `JSON lines · 4.8 MB · 1,842 events · by reviewer@example.com`. */
export function aboutExport(entry: ExportEntry): string {
  const { format, size_bytes, event_count, empty, requested_by } = entry;
  const amounts = empty === true ? ['no events, so no file'] : sizes(size_bytes, event_count);
  const known = [format && FORMAT_NAMES[format], ...amounts, requested_by && whoAsked(requested_by)];
  return known.filter((word) => word !== null).join(' · ');
}

function sizes(bytes: number | undefined, count: number | undefined): string[] {
  return bytes === undefined || count === undefined ? [] : [size(bytes), events(count)];
}

function whoAsked({ kind, subject }: RequestedBy): string {
  // No line ends between the two.
  return `${ASKED_BY[kind] ?? 'by'}\u00a0${subject}`;
}

/** Why an export has failed; the service's log is found by the export's id. */
export function whyFailed({ export_id, reason }: ExportEntry): string {
  const code = reason ?? 'internal_error';
  return explain(new AuditForgeProblem(0, code, `The export has failed: ${code}.`, export_id, null));
}

/** `3 of 12 shards, 1.2 MB of 4.8 MB`. */
export function progressWords({ shards, bytes }: ExportProgress): string {
  if (shards.total === 0) return 'Not begun yet';
  const [done, total] = [shards.done, shards.total].map((count) => count.toLocaleString(LOCALE));
  return `${done} of ${total} ${shards.total === 1 ? 'shard' : 'shards'}, ${size(bytes.done)} of ${size(bytes.total)}`;
}

/** Whole percent of the bytes that have been read; `null` until it is known how many there are. */
export function percent({ bytes }: ExportProgress): number | null {
  return bytes.total === 0 ? null : Math.min(100, Math.floor((bytes.done / bytes.total) * 100));
}
