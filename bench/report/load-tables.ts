import type { LoadRow, NeighbourRow } from '../results.js';
import { median, milliseconds, seconds, table, withSpread } from './figures.js';

/** Scenario C. */
export function loadTable(rows: readonly LoadRow[]): string {
  const head = ['variant', 'wall s (min–max)', 'CPU s', 'peak RSS MiB', 'idle', 'failures'];
  return table(
    head,
    rows.map(({ implementation, wallMs, cpuSeconds, peakMiB, idleMiB, failures }) => [
      implementation,
      withSpread(wallMs, seconds),
      median(cpuSeconds).toFixed(2),
      Math.max(...peakMiB).toFixed(0),
      idleMiB.toFixed(0),
      String(failures.length),
    ]),
  );
}

/** Scenario D. */
export function neighbourTable(rows: readonly NeighbourRow[]): string {
  const head = ['variant', 'alone ms (min–max)', 'beside ms (min–max)', 'n', 'factor', 'the large one s'];
  return table(
    head,
    rows.map((row) => [
      `${row.implementation}, ${row.delivery}`,
      withSpread(row.aloneMs, milliseconds),
      row.besideMs.length === 0 ? '' : withSpread(row.besideMs, milliseconds),
      String(row.besideMs.length),
      slowdown(row)?.toFixed(2) ?? 'none was beside it',
      seconds(median(row.largeMs)),
    ]),
  );
}

/** How many times longer a small export takes beside a large one. */
export function slowdown({ aloneMs, besideMs }: NeighbourRow): number | undefined {
  return besideMs.length === 0 ? undefined : median(besideMs) / median(aloneMs);
}
