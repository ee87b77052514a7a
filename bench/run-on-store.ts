import type { Progress } from '../src/progress.js';
import { Bench } from './bench.js';
import type { BenchOptions } from './options.js';
import { endAll } from './processes.js';
import type { StoreResults } from './results.js';
import { atOnce } from './scenarios/at-once.js';
import { addCounts, countTraffic } from './scenarios/count-traffic.js';
import { delayed } from './scenarios/delayed.js';
import { direct } from './scenarios/direct.js';
import { failureText, missingRows } from './scenarios/failures.js';
import { neighbours } from './scenarios/neighbours.js';
import { BenchBucket } from './stores/bench-bucket.js';
import type { BenchStore } from './stores/store.js';
import { boto3Version } from './variants/boto3.js';
import { isNamed, VARIANTS, type Variant } from './variants/variant.js';
import { upload } from './workloads/upload.js';
import { FULL, SMOKE, type Workload } from './workloads/workload.js';

/** All scenarios that are asked for on one store, in which nothing is left. */
export async function runOnStore(
  store: BenchStore,
  options: BenchOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<StoreResults> {
  progress.line(`On ${store.label}, at ${store.access.endpoint}`);
  const bucket = new BenchBucket(store);
  await bucket.create();
  try {
    const asked = VARIANTS.filter(
      (variant) => options.variants.length === 0 || options.variants.some((name) => isNamed(variant, name)),
    );
    const missing = (await boto3Version()) === undefined ? asked.filter(usesPython) : [];
    const variants = asked.filter((variant) => !missing.includes(variant));
    const workloads = options.smoke ? SMOKE : FULL;
    const bench = new Bench(options, store, bucket, workloads, variants, progress, signal);
    return await runScenarios(bench, missing);
  } finally {
    // An export that still runs would put more.
    await endAll();
    await bucket
      .discard((removed) => progress.step(`removing what was put into the store: ${removed}`))
      .catch((error: unknown) =>
        progress.line(`Bucket ${bucket.name} could not be removed: ${(error as Error).message}`),
      );
  }
}

async function runScenarios(bench: Bench, missing: readonly Variant[]): Promise<StoreResults> {
  const { options, workloads, store, bucket } = bench;
  const { scenarios, runs, delayMs } = options;
  const compared = workloads.compared.filter(
    ({ name }) => options.workloads.length === 0 || options.workloads.includes(name),
  );
  await uploadAll(bench, neededWorkloads(bench, compared));
  const record = `auditforge/engagements/${bench.storedAs(workloads.small).engagementId}.json`;
  const givesCrc = await bucket.givesCrc(record);
  const results: StoreResults = {
    store: store.label,
    givesCrc,
    delayMs,
    runs,
    rows: [],
    pageMs: [],
    load: [],
    neighbours: [],
    failures: [],
  };
  const scenario = async (name: string, run: () => Promise<void>): Promise<void> => {
    if (!scenarios.has(name)) return;
    const begun = performance.now();
    try {
      await run();
      bench.progress.line(`Scenario ${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    } catch (error) {
      // The others can still be measured.
      bench.signal.throwIfAborted();
      results.failures.push(`scenario ${name}: ${failureText(error)}`);
      bench.progress.line(`Scenario ${name} failed: ${failureText(error)}`);
    }
  };

  await scenario('A', async () => {
    results.rows.push(
      ...(await direct(bench, compared)),
      ...missing.flatMap((variant) => missingRows('A', variant, compared)),
    );
  });
  await scenario('B', async () => {
    const { rows, pageMs } = await delayed(bench, compared);
    const one = compared.filter((workload) => workload === workloads.delayed);
    results.rows.push(...rows, ...missing.flatMap((variant) => missingRows('B', variant, one)));
    results.pageMs = pageMs;
  });
  await scenario('C', async () => {
    results.load = await atOnce(bench);
  });
  await scenario('D', async () => {
    results.neighbours = await neighbours(bench);
  });
  const counted = compared.filter((workload) => results.rows.some((row) => row.workload === workload));
  if (counted.length > 0) addCounts(results.rows, await countTraffic(bench, counted));
  return results;
}

/** Processes are warmed on the small one, so it is always there. */
function neededWorkloads({ options, workloads }: Bench, compared: readonly Workload[]): Set<Workload> {
  const { small, medium, big, single } = workloads;
  const has = (name: string) => options.scenarios.has(name);
  return new Set([
    small,
    ...(has('A') || has('B') ? compared : []),
    ...(has('C') ? [medium, big] : []),
    ...(has('D') ? [single] : []),
  ]);
}

async function uploadAll(bench: Bench, workloads: ReadonlySet<Workload>): Promise<void> {
  const { bucket, progress, signal } = bench;
  for (const workload of workloads) {
    const begun = performance.now();
    const onShard = (done: number) =>
      progress.step(`uploading ${workload.name}: ${done} of ${workload.shards}`);
    bench.addStored(await upload(bucket, workload, signal, onShard));
    progress.line(`Uploaded ${workload.label}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
}

function usesPython({ implementation }: Variant): boolean {
  return implementation === 'original-python';
}
