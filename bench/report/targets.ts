import type { NeighbourRow, Row, StoreResults } from '../results.js';
import type { WorkloadSet } from '../workloads/workload.js';
import { median } from './figures.js';
import { slowdown } from './load-tables.js';

export interface Target {
  name: string;
  measured: string;
  /** undefined: nothing was measured that tells it. */
  met: boolean | undefined;
}

/** What the service keeps in memory at most, and what a process needs besides. */
const MEMORY_BUDGET_MIB = 256;
const MEMORY_REST_MIB = 96;
const TO_FIRST_BYTE = { roundTrips: 3, ms: 50 };

export function targets(results: StoreResults, workloads: WorkloadSet): Target[] {
  return [
    ...delayedTargets(results, workloads),
    cpuPerShard(results, workloads),
    cpuPerByte(results, workloads),
    memory(results),
    firstByte(results, workloads),
    ...(['signed_url', 'stream'] as const).map((delivery) => neighbour(results, delivery)),
    ...(['jsonl', 'json'] as const).map((format) => throughput(results, workloads, format)),
  ];
}

function delayedTargets(results: StoreResults, { delayed: { label, name } }: WorkloadSet): Target[] {
  const wall = (variant: string) => medianOf(find(results, 'B', name, variant), 'wallMs');
  const ours = wall('ours-signed-jsonl');
  const original = wall('original-node');
  const limit = wall('limit-signed');
  const where = `${label} at ${results.delayMs} ms, signed_url`;
  const reachable = quotient(original, limit);
  const reached = quotient(original, ours);
  return [
    atMost(`${where}: wall at most 1.4 × the limit's`, quotient(ours, limit), 1.4, '×'),
    original25Times(where, reached, reachable),
  ];
}

/** Where the store itself takes most of the time, no exporter can be so much faster: then it says nothing. */
function original25Times(where: string, reached: number | undefined, limit: number | undefined): Target {
  const name = `${where}: 25 times as fast as the original, where the limit is 35 times`;
  if (reached === undefined || limit === undefined) return { name, measured: 'not measured', met: undefined };
  const measured = `${reached.toFixed(1)} times; the limit ${limit.toFixed(1)} times`;
  if (limit < 35) return { name, measured: `${measured}: does not apply`, met: undefined };
  return { name, measured, met: reached >= 25 };
}

function cpuPerShard(results: StoreResults, { many: { label, name } }: WorkloadSet): Target {
  return atMost(
    `${label}, signed_url: CPU per shard at most 2 × the limit's`,
    cpuRatio(results, name),
    2,
    '×',
  );
}

/** Without a CRC of the store, the service has to hash what it reads to know that it is right. */
function cpuPerByte(results: StoreResults, { large: { label, name } }: WorkloadSet): Target {
  const bound = results.givesCrc ? 1.5 : 2;
  const check = results.givesCrc ? 'a CRC' : 'an MD5';
  const what = `${label}, signed_url: CPU per GB at most ${bound} × the limit's (checked by ${check})`;
  return atMost(what, cpuRatio(results, name), bound, '×');
}

function memory({ rows, load, neighbours }: StoreResults): Target {
  const above = [
    ...rows.filter(isOurs).flatMap(({ idleMiB, timings }) => timings.map(({ peakMiB }) => peakMiB - idleMiB)),
    ...[...load, ...neighbours]
      .filter(({ implementation }) => implementation === 'ours')
      .flatMap(({ idleMiB, peakMiB }) => peakMiB.map((peak) => peak - idleMiB)),
  ];
  const most = MEMORY_BUDGET_MIB + MEMORY_REST_MIB;
  const name = `peak RSS at most ${MEMORY_BUDGET_MIB} + ${MEMORY_REST_MIB} MiB above idle, in any run`;
  return atMost(name, above.length === 0 ? undefined : Math.max(...above), most, 'MiB');
}

/** A page of the listing takes the store a while by itself, which is not counted against the service. */
function firstByte(results: StoreResults, { many: { label, name } }: WorkloadSet): Target {
  const { delayMs, pageMs } = results;
  const { roundTrips, ms } = TO_FIRST_BYTE;
  const measured = medianOf(find(results, 'B', name, 'ours-stream-jsonl'), 'firstByteMs');
  const storeMs = pageMs.length === 0 ? undefined : Math.max(0, median(pageMs) - delayMs);
  const own = measured === undefined || storeMs === undefined ? undefined : measured - storeMs;
  const what = `${label} at ${delayMs} ms: first byte of a stream within ${roundTrips} round trips + ${ms} ms, less the store's time for a page`;
  return atMost(what, own, roundTrips * delayMs + ms, 'ms');
}

function neighbour({ neighbours }: StoreResults, delivery: NeighbourRow['delivery']): Target {
  const factor = (implementation: string) => {
    const row = neighbours.find(
      (each) => each.implementation === implementation && each.delivery === delivery,
    );
    return row === undefined ? undefined : slowdown(row);
  };
  const what = `a small export beside a large one, ${delivery}: slowed at most 1.5 × as much as the limit`;
  return atMost(what, quotient(factor('ours'), factor('limit')), 1.5, '×');
}

function throughput(results: StoreResults, { single }: WorkloadSet, format: 'jsonl' | 'json'): Target {
  const limit = medianOf(find(results, 'A', single.name, 'limit-stream'), 'wallMs');
  const ours = medianOf(find(results, 'A', single.name, `ours-stream-${format}`), 'wallMs');
  const share = quotient(limit, ours);
  return {
    name: `${single.label}, stream of ${format}: at least 0.7 of the limit's throughput`,
    measured: share === undefined ? 'not measured' : share.toFixed(2),
    met: share === undefined ? undefined : share >= 0.7,
  };
}

function cpuRatio(results: StoreResults, workload: string): number | undefined {
  const cpu = (variant: string) => medianOf(find(results, 'A', workload, variant), 'cpuSeconds');
  return quotient(cpu('ours-signed-jsonl'), cpu('limit-signed'));
}

function find({ rows }: StoreResults, scenario: string, workload: string, variant: string): Row | undefined {
  return rows.find(
    (row) => row.scenario === scenario && row.workload.name === workload && row.variant.name === variant,
  );
}

function medianOf(row: Row | undefined, figure: 'wallMs' | 'cpuSeconds' | 'firstByteMs'): number | undefined {
  if (row === undefined || row.failure !== undefined || row.timings.length === 0) return undefined;
  return median(row.timings.map((timing) => timing[figure]));
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}

function atMost(name: string, value: number | undefined, bound: number, unit: string): Target {
  if (value === undefined) return { name, measured: 'not measured', met: undefined };
  const digits = unit === '×' ? 2 : 0;
  return { name, measured: `${value.toFixed(digits)} ${unit} (≤ ${bound})`, met: value <= bound };
}

function isOurs({ variant }: Row): boolean {
  return variant.implementation === 'ours';
}
