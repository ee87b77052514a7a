/** Shards of one engagement. */
export interface Workload {
  /** As in `--workload`. */
  name: string;
  label: string;
  shards: number;
  /** About; shards end with a whole event. */
  shardBytes: number;
}

const KB = 1e3;
const MB = 1e6;
const GB = 1e9;

export interface WorkloadSet {
  /** Scenarios A and B. */
  compared: readonly Workload[];
  /** Of those: what processes are warmed with, what a delay is measured on, and for the time to first byte. */
  small: Workload;
  delayed: Workload;
  many: Workload;
  /** Of those, for the targets. */
  large: Workload;
  single: Workload;
  /** Together with `small`: what scenario C exports at once. */
  medium: Workload;
  big: Workload;
  atOnce: { small: number; medium: number; big: number };
}

export const FULL = set({
  small: workload('12x400KB', '12 × 400 KB', 12, 400 * KB),
  delayed: workload('2000x64KB', '2,000 × 64 KB', 2_000, 64 * KB),
  many: workload('10000x8KB', '10,000 × 8 KB', 10_000, 8 * KB),
  large: workload('64x16MB', '64 × 16 MB', 64, 16 * MB),
  single: workload('1x1GB', '1 × 1 GB', 1, GB),
  medium: workload('500x64KB', '500 × 64 KB', 500, 64 * KB),
  big: workload('8x16MB', '8 × 16 MB', 8, 16 * MB),
  atOnce: { small: 32, medium: 24, big: 8 },
});

const MANY = workload('200x1KB', '200 × 1 KB', 200, KB);
const RANGES = workload('3x10MB', '3 × 10 MB', 3, 10 * MB);

/** The same paths with as little as takes most of them: ranges and several parts, but one page of a listing. */
export const SMOKE = set({
  small: workload('3x20KB', '3 × 20 KB', 3, 20 * KB),
  delayed: workload('40x8KB', '40 × 8 KB', 40, 8 * KB),
  many: MANY,
  large: RANGES,
  single: RANGES,
  medium: workload('20x20KB', '20 × 20 KB', 20, 20 * KB),
  big: workload('2x9MB', '2 × 9 MB', 2, 9 * MB),
  atOnce: { small: 4, medium: 2, big: 2 },
});

function workload(name: string, label: string, shards: number, shardBytes: number): Workload {
  return { name, label, shards, shardBytes };
}

function set(named: Omit<WorkloadSet, 'compared'>): WorkloadSet {
  const { small, delayed, many, large, single } = named;
  return { ...named, compared: [...new Set([small, delayed, many, large, single])] };
}
