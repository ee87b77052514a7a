import type { Bench } from '../bench.js';
import { peakMiB, resetPeak } from '../measure/process-meter.js';
import { runExport, sizeOf } from '../measure/run-export.js';
import type { NeighbourRow } from '../results.js';
import { VARIANTS, type Delivery, type Variant } from '../variants/variant.js';
import type { StoredWorkload } from '../workloads/upload.js';
import { contendersOf, type RunningImplementation } from './contenders.js';

const ALONE = 15;
/** How far the large export is before it counts as running. */
const HEAD_START_MS = 150;
const DELIVERIES: readonly Delivery[] = ['signed_url', 'stream'];

/** Scenario D: how much a small export suffers from a large one in the same process. */
export async function neighbours(bench: Bench): Promise<NeighbourRow[]> {
  const contenders = await contendersOf(bench, ['ours', 'limit']);
  const rows: NeighbourRow[] = [];
  try {
    for (const delivery of DELIVERIES) {
      const these = contenders.map((each) => ({ ...each, row: emptyRow(each, delivery) }));
      rows.push(...these.map(({ row }) => row));
      for (let run = 1; run <= bench.options.runs; run++) {
        for (const each of these) {
          bench.progress.step(`D ${delivery}, run ${run}: ${each.implementation}`);
          await runOnce(bench, each, each.row);
        }
      }
    }
  } finally {
    await Promise.all(contenders.map(({ exporter }) => exporter.close()));
  }
  return rows;
}

async function runOnce(bench: Bench, { exporter, implementation }: RunningImplementation, row: NeighbourRow) {
  const variant = VARIANTS.find(
    (each) =>
      each.implementation === implementation && each.delivery === row.delivery && each.format === 'jsonl',
  )!;
  const small = bench.storedAs(bench.workloads.small);
  const single = bench.storedAs(bench.workloads.single);
  const run = async (workload: StoredWorkload): Promise<number> => {
    const { wallMs, key } = await runExport(exporter, variant, workload, bench.signal);
    await removeExport(bench, variant, workload, key);
    return wallMs;
  };
  resetPeak(exporter.pid);
  // The first ones warm the process.
  for (let index = 0; index < 3; index++) await run(small);
  for (let index = 0; index < ALONE; index++) row.aloneMs.push(await run(small));

  const ended = new AbortController();
  const large = runExport(exporter, variant, single, bench.signal).finally(() => ended.abort());
  // Awaited below; a failure meanwhile is not unhandled.
  large.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, bench.options.smoke ? 1 : HEAD_START_MS));
  while (!ended.signal.aborted) {
    const wallMs = await run(small);
    // Only those that were beside it from start to end.
    if (!ended.signal.aborted) row.besideMs.push(wallMs);
  }
  const { wallMs, key } = await large;
  row.largeMs.push(wallMs);
  await removeExport(bench, variant, single, key);
  row.peakMiB.push(peakMiB(exporter.pid));
}

async function removeExport(bench: Bench, variant: Variant, to: StoredWorkload, key: string | undefined) {
  await bench.removeExport(key, sizeOf(variant, to));
}

function emptyRow({ implementation, exporter }: RunningImplementation, delivery: Delivery): NeighbourRow {
  const { idleMiB } = exporter;
  return { implementation, delivery, idleMiB, aloneMs: [], besideMs: [], largeMs: [], peakMiB: [] };
}
