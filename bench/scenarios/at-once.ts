import type { Bench } from '../bench.js';
import type { Exporter } from '../measure/exporter.js';
import { measureProcess } from '../measure/process-meter.js';
import { runExport, sizeOf } from '../measure/run-export.js';
import type { LoadRow } from '../results.js';
import { VARIANTS, type Implementation, type Variant } from '../variants/variant.js';
import type { Workload } from '../workloads/workload.js';
import { contendersOf } from './contenders.js';
import { failureText } from './failures.js';

/** Scenario C: exports of all sizes at once, half of them streams; ours in both formats. */
export async function atOnce(bench: Bench): Promise<LoadRow[]> {
  const contenders = await contendersOf(bench, ['ours', 'limit']);
  const rows = contenders.map(({ implementation, exporter }): LoadRow => {
    const { idleMiB } = exporter;
    return { implementation, idleMiB, wallMs: [], cpuSeconds: [], peakMiB: [], failures: [] };
  });
  try {
    for (const { implementation, exporter } of contenders) {
      for (const variant of variantsOf(implementation))
        await runAndRemove(bench, exporter, variant, bench.workloads.small);
    }
    for (let run = 1; run <= bench.options.runs; run++) {
      for (const [index, { implementation, exporter }] of contenders.entries()) {
        bench.progress.step(`C, run ${run}: ${implementation}`);
        await loadOnce(bench, exporter, implementation, rows[index]!);
      }
    }
  } finally {
    await Promise.all(contenders.map(({ exporter }) => exporter.close()));
  }
  return rows;
}

async function loadOnce(
  bench: Bench,
  exporter: Exporter,
  implementation: Implementation,
  row: LoadRow,
): Promise<void> {
  const variants = variantsOf(implementation);
  const begun = performance.now();
  const { result, cost } = await measureProcess(exporter.pid, () =>
    Promise.allSettled(
      mixture(bench).map(async (workload, index) => {
        const variant = variants[index % variants.length]!;
        const { key } = await runExport(exporter, variant, bench.storedAs(workload), bench.signal);
        return { key, bytes: sizeOf(variant, bench.storedAs(workload)) };
      }),
    ),
  );
  bench.signal.throwIfAborted();
  row.wallMs.push(performance.now() - begun);
  row.cpuSeconds.push(cost.cpuSeconds);
  row.peakMiB.push(cost.peakMiB);
  for (const each of result) {
    if (each.status === 'fulfilled') await bench.removeExport(each.value.key, each.value.bytes);
    else row.failures.push(failureText(each.reason, exporter));
  }
}

/** Large ones first: they are what the small ones have to get past. */
function mixture({ workloads: { small, medium, big, atOnce: counts } }: Bench): Workload[] {
  return [
    ...Array.from({ length: counts.big }, () => big),
    ...Array.from({ length: counts.medium }, () => medium),
    ...Array.from({ length: counts.small }, () => small),
  ];
}

function variantsOf(implementation: Implementation): Variant[] {
  return VARIANTS.filter((variant) => variant.implementation === implementation);
}

async function runAndRemove(bench: Bench, exporter: Exporter, variant: Variant, workload: Workload) {
  const stored = bench.storedAs(workload);
  const { key } = await runExport(exporter, variant, stored, bench.signal);
  await bench.removeExport(key, sizeOf(variant, stored));
}
