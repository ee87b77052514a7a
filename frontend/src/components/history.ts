import type { ExportPage } from '../api/export-calls.js';
import type { ExportEntry } from '../api/types.js';
import { dayAndTime } from '../words/times.js';

/** What is known of the exports of an engagement, the highest id first, and where the rest begins. */
export interface History {
  readonly exports: readonly ExportEntry[];
  readonly next: string | null;
}

/** The most that the service gives at once. */
const LARGEST_PAGE = 100;

/** How many to ask for, so that all that is shown is seen anew; older ones than that have ended long ago. */
export function pageFor(history: History | null): { limit?: number } {
  const shown = history?.exports.length ?? 0;
  return shown > 20 ? { limit: Math.min(LARGEST_PAGE, shown) } : {};
}

/** With the newest page in place of what it covers. What lies beyond it stays, if nothing is missing in between. */
export function refreshed(before: History | null, { exports, next_cursor }: ExportPage): History {
  const known = before?.exports ?? [];
  const older = next_cursor === null ? [] : known.filter(({ export_id }) => export_id < next_cursor);
  const touches = exports.some(({ export_id }) => known.some((each) => each.export_id === export_id));
  if (before === null || older.length === 0 || !touches) return { exports, next: next_cursor };
  return { exports: [...exports, ...older], next: before.next };
}

/** With the next page at its end. */
export function extended(before: History, { exports, next_cursor }: ExportPage): History {
  return { exports: [...before.exports, ...exports], next: next_cursor };
}

/** By the moment at which each was asked for: ids tell those of one second apart, but not which came first. */
export function newestFirst(exports: readonly ExportEntry[]): ExportEntry[] {
  return exports.toSorted((a, b) => Date.parse(b.requested_at) - Date.parse(a.requested_at));
}

export function isUnderWay({ state }: ExportEntry): boolean {
  return state === 'queued' || state === 'running';
}

/** What each export is called, by its id: the moment at which it was asked for, with seconds where two would be alike. */
export function namesOf(exports: readonly ExportEntry[]): ReadonlyMap<string, string> {
  const minutes = exports.map(({ requested_at }) => dayAndTime(new Date(requested_at)));
  return new Map(
    exports.map(({ export_id, requested_at }, index) => {
      const minute = minutes[index]!;
      const alone = minutes.indexOf(minute) === minutes.lastIndexOf(minute);
      return [export_id, alone ? minute : dayAndTime(new Date(requested_at), true)];
    }),
  );
}
