import type { Bench } from '../bench.js';
import type { Exporter } from '../measure/exporter.js';
import { verifyExport } from '../measure/verify-export.js';
import { startProxy, type Proxy } from '../proxy/proxy.js';
import type { Traffic } from '../proxy/connection.js';
import type { Row } from '../results.js';
import type { Variant } from '../variants/variant.js';
import type { Workload } from '../workloads/workload.js';
import { failureText } from './failures.js';

/** By variant and workload: what an export asks of the store, or why it is not right. */
export type Counts = Map<string, Traffic | { failure: string }>;

/** Puts the counts into the rows; a log that was not right is a failure of its rows. */
export function addCounts(rows: readonly Row[], counts: Counts): void {
  for (const row of rows) {
    const counted = counts.get(countKey(row.variant, row.workload));
    if (counted === undefined) continue;
    if ('failure' in counted) row.failure ??= counted.failure;
    else row.traffic = counted;
  }
}

function countKey(variant: Variant, workload: Workload): string {
  return `${variant.name} ${workload.name}`;
}

/** One export each through the counting proxy, untimed; all of its bytes are held to what was put. */
export async function countTraffic(bench: Bench, workloads: readonly Workload[]): Promise<Counts> {
  const counts: Counts = new Map();
  for (const implementation of new Set(bench.variants.map((variant) => variant.implementation))) {
    const variants = bench.variants.filter((variant) => variant.implementation === implementation);
    const cases = variants.flatMap((variant) => workloads.map((workload) => ({ variant, workload })));
    const proxy = await startProxy(bench.store.access);
    let exporter: Exporter | undefined;
    try {
      exporter = await bench.start(implementation, proxy.access);
      for (const { variant, workload } of cases) {
        bench.progress.step(`counting and verifying ${variant.name} on ${workload.name}`);
        counts.set(countKey(variant, workload), await count(bench, proxy, exporter, variant, workload));
      }
    } catch (error) {
      bench.signal.throwIfAborted();
      const failure = failureText(error);
      for (const { variant, workload } of cases) counts.set(countKey(variant, workload), { failure });
    } finally {
      await exporter?.close();
      await proxy.close();
    }
  }
  return counts;
}

async function count(
  bench: Bench,
  proxy: Proxy,
  exporter: Exporter,
  variant: Variant,
  workload: Workload,
): Promise<Traffic | { failure: string }> {
  const stored = bench.storedAs(workload);
  let traffic: Traffic | undefined;
  try {
    await proxy.reset();
    await verifyExport(exporter, variant, stored, bench.bucket, bench.signal, async () => {
      traffic = await proxy.read();
    });
    return traffic!;
  } catch (error) {
    bench.signal.throwIfAborted();
    const failure = failureText(error, exporter);
    bench.progress.line(`${variant.name} on ${workload.name} is not right: ${failure}`);
    return { failure };
  }
}
