import type { Bench } from '../bench.js';
import type { Row } from '../results.js';
import type { Workload } from '../workloads/workload.js';
import { compare } from './compare.js';

/** Scenario A: every variant on every workload, with nothing between it and the store. */
export function direct(bench: Bench, workloads: readonly Workload[]): Promise<Row[]> {
  const { variants, store } = bench;
  const warmOn = [bench.workloads.small];
  return compare(bench, { scenario: 'A', workloads, variants, access: store.access, warmOn });
}
