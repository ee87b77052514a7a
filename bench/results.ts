import type { Traffic } from './proxy/connection.js';
import type { Delivery, Implementation, Variant } from './variants/variant.js';
import type { Workload } from './workloads/workload.js';

/** One timed export. */
export interface Timing {
  wallMs: number;
  firstByteMs: number;
  cpuSeconds: number;
  peakMiB: number;
}

/** One variant on one workload: scenarios A (direct) and B (delayed). */
export interface Row {
  scenario: 'A' | 'B';
  variant: Variant;
  workload: Workload;
  idleMiB: number;
  timings: Timing[];
  /** From the pass through the counting proxy. */
  traffic?: Traffic;
  /** Why there are no timings, or fewer. */
  failure?: string;
  /** It cannot run here, which is no failure. */
  missing?: boolean;
}

/** Scenario C: many exports at once, one entry a run. */
export interface LoadRow {
  implementation: Implementation;
  idleMiB: number;
  wallMs: number[];
  cpuSeconds: number[];
  peakMiB: number[];
  failures: string[];
}

/** Scenario D: a small export alone, and beside a large one. */
export interface NeighbourRow {
  implementation: Implementation;
  delivery: Delivery;
  idleMiB: number;
  aloneMs: number[];
  besideMs: number[];
  /** Of the large exports meanwhile. */
  largeMs: number[];
  peakMiB: number[];
}

export interface StoreResults {
  store: string;
  /** Whether it gives a CRC back with what it is asked for. */
  givesCrc: boolean;
  delayMs: number;
  runs: number;
  rows: Row[];
  /** One page of a listing through the delaying proxy. */
  pageMs: number[];
  load: LoadRow[];
  neighbours: NeighbourRow[];
  /** Of whole scenarios; those of a row stand in it. */
  failures: string[];
}
