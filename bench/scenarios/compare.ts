import type { Bench } from '../bench.js';
import type { Exporter } from '../measure/exporter.js';
import { measureProcess } from '../measure/process-meter.js';
import { runExport, sizeOf } from '../measure/run-export.js';
import type { Row, Timing } from '../results.js';
import type { StoreAccess } from '../stores/store.js';
import type { Variant } from '../variants/variant.js';
import type { Workload } from '../workloads/workload.js';
import { failedRows, failureText } from './failures.js';

export interface Comparison {
  scenario: Row['scenario'];
  /** From small to large: what a process keeps of the one before then hardly counts. */
  workloads: readonly Workload[];
  variants: readonly Variant[];
  /** The store, or a proxy before it. */
  access: StoreAccess;
  /** What each process does before it is timed. */
  warmOn: readonly Workload[];
}

interface Contender {
  variant: Variant;
  exporter: Exporter;
}

/** Each variant in a warm process of its own, on each of the workloads. */
export async function compare(bench: Bench, comparison: Comparison): Promise<Row[]> {
  const { scenario, workloads, variants, access, warmOn } = comparison;
  const begun = await bench.startEach(variants, access);
  const contenders: Contender[] = [];
  const rows: Row[] = [];
  for (const [index, each] of begun.entries()) {
    const variant = variants[index]!;
    if (each.status === 'fulfilled') contenders.push({ variant, exporter: each.value });
    else rows.push(...failedRows(scenario, variant, workloads, failureText(each.reason)));
  }
  try {
    bench.signal.throwIfAborted();
    for (const contender of contenders) {
      for (const workload of warmOn) await warm(bench, contender, workload);
    }
    for (const workload of workloads) {
      rows.push(...(await inTurn(bench, scenario, contenders, workload)));
    }
    return rows;
  } finally {
    await Promise.all(contenders.map(({ exporter }) => exporter.close()));
  }
}

/** The first run of all, the second run of all, and so on: what changes on the machine meets all alike. */
async function inTurn(
  bench: Bench,
  scenario: Row['scenario'],
  contenders: readonly Contender[],
  workload: Workload,
): Promise<Row[]> {
  const rows = contenders.map(({ variant, exporter }): Row => {
    return { scenario, variant, workload, idleMiB: exporter.idleMiB, timings: [] };
  });
  for (let run = 1; run <= bench.options.runs; run++) {
    for (const [index, contender] of contenders.entries()) {
      const row = rows[index]!;
      // One that has failed is out; the others go on.
      if (row.failure !== undefined) continue;
      bench.progress.step(`${scenario} ${workload.name}, run ${run}: ${contender.variant.name}`);
      try {
        row.timings.push(await runOnce(bench, contender, workload));
      } catch (error) {
        bench.signal.throwIfAborted();
        row.failure = failureText(error, contender.exporter);
        bench.progress.line(`${contender.variant.name} on ${workload.name} failed: ${row.failure}`);
      }
    }
  }
  return rows;
}

async function warm(bench: Bench, contender: Contender, workload: Workload): Promise<void> {
  bench.progress.step(`warming ${contender.variant.name} on ${workload.name}`);
  try {
    await runOnce(bench, contender, workload);
  } catch {
    // What is timed fails as well, and tells.
    bench.signal.throwIfAborted();
  }
}

async function runOnce(bench: Bench, { variant, exporter }: Contender, workload: Workload): Promise<Timing> {
  const stored = bench.storedAs(workload);
  const { result, cost } = await measureProcess(exporter.pid, () =>
    runExport(exporter, variant, stored, bench.signal),
  );
  await bench.removeExport(result.key, sizeOf(variant, stored));
  const { wallMs, firstByteMs } = result;
  return { wallMs, firstByteMs, ...cost };
}
