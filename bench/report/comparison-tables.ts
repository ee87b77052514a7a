import type { Row, StoreResults } from '../results.js';
import type { Variant } from '../variants/variant.js';
import { median, mib, milliseconds, seconds, table, withSpread } from './figures.js';

const HEAD = [
  'variant',
  'wall s (min–max)',
  '× ours',
  'CPU s',
  'peak RSS MiB',
  'idle',
  'requests',
  'at once',
  'MiB in',
  'MiB out',
  'first byte ms',
];

/** A table for each workload of a scenario, and in it one part for each delivery. */
export function comparisonTables({ rows }: StoreResults, scenario: Row['scenario']): string[] {
  const ofScenario = rows.filter((row) => row.scenario === scenario);
  const workloads = new Set(ofScenario.map(({ workload }) => workload));
  return [...workloads].flatMap((workload) => {
    const ofWorkload = ofScenario.filter((row) => row.workload === workload);
    const cells = ofWorkload.map((row) => cellsOf(row, oursOf(ofWorkload, row)));
    return [`**${workload.label}**`, table(HEAD, cells)];
  });
}

export function labelOf({ implementation, delivery, format }: Variant): string {
  return `${implementation}, ${delivery}${format === 'json' ? ' json' : ''}`;
}

/** The service on JSON lines with the same delivery: 1 in the column of ratios. */
function oursOf(rows: readonly Row[], { variant }: Row): Row | undefined {
  return rows.find(
    (row) =>
      row.variant.implementation === 'ours' &&
      row.variant.format === 'jsonl' &&
      row.variant.delivery === variant.delivery,
  );
}

function cellsOf(row: Row, ours: Row | undefined): string[] {
  const { variant, timings, idleMiB, traffic, failure } = row;
  const label = labelOf(variant);
  if (failure !== undefined) return [label, row.missing === true ? failure : 'failed: see below'];
  const wall = timings.map(({ wallMs }) => wallMs);
  const base = ours?.timings.map(({ wallMs }) => wallMs) ?? [];
  return [
    label,
    withSpread(wall, seconds),
    base.length === 0 ? '' : (median(wall) / median(base)).toFixed(2),
    median(timings.map((timing) => timing.cpuSeconds)).toFixed(2),
    Math.max(...timings.map((timing) => timing.peakMiB)).toFixed(0),
    idleMiB.toFixed(0),
    traffic === undefined ? '' : String(traffic.requests),
    traffic === undefined ? '' : String(traffic.peakInFlight),
    traffic === undefined ? '' : mib(traffic.bytesFromStore),
    traffic === undefined ? '' : mib(traffic.bytesToStore),
    milliseconds(median(timings.map(({ firstByteMs }) => firstByteMs))),
  ];
}
