import type { Progress } from '../../src/progress.js';
import { leftAfterClosing, Leaks } from './check/leaks.js';
import { OpenHandles } from './check/open-handles.js';
import type { LogShard } from './log/log-shard.js';
import type { FaultsOptions } from './options.js';
import { runPlan } from './plan/run-plan.js';
import { RunLog } from './run/run-log.js';
import { runExport, type RunResult } from './run/run-export.js';
import { FAILED, wrong } from './run/verdict.js';
import { stopOnSignals } from './stop-on-signals.js';
import { ServiceOnFaults } from './store/service-on-faults.js';
import { Tally } from './tally.js';

/** Runs between two looks for leaks. */
const RUNS_PER_CHECK = 250;

/** Makes all runs, so many at once, and looks for leaks now and then. Ends early when `stop` is aborted. */
export async function campaign(
  options: FaultsOptions,
  progress: Progress,
  stop: AbortController,
): Promise<Tally> {
  const tally = new Tally();
  const log = new RunLog();
  const handles = new OpenHandles();
  const onRejection = (error: unknown) =>
    void tally.failures.push({
      run: undefined,
      what: `unhandled: ${String((error as Error).stack ?? error)}`,
    });
  process.on('unhandledRejection', onRejection);
  const under = await ServiceOnFaults.start(log.write);
  stopOnSignals(stop);
  const leaks = new Leaks(under, handles, handles.timers);
  try {
    const { first, count } = options.runs;
    const end = first + count;
    for (let from = first; from < end && !stop.signal.aborted; from += RUNS_PER_CHECK) {
      await manyRuns(
        { under, log, tally, options, progress, stop: stop.signal },
        from,
        Math.min(end, from + RUNS_PER_CHECK),
      );
      tally.addLeaks(await leaks.check(), first + tally.runs - 1);
    }
  } finally {
    await under.close();
  }
  tally.addLeaks(await leftAfterClosing(handles), options.runs.first + tally.runs - 1);
  leaks.stop();
  handles.stop();
  process.off('unhandledRejection', onRejection);
  return tally;
}

interface Work {
  under: ServiceOnFaults;
  log: RunLog;
  tally: Tally;
  options: FaultsOptions;
  progress: Progress;
  stop: AbortSignal;
}

async function manyRuns(work: Work, from: number, end: number): Promise<void> {
  const { under, tally, options, progress, stop } = work;
  const startedAt = performance.now();
  const runsBefore = tally.runs;
  let next = from;
  const worker = async () => {
    while (next < end && !stop.aborted) {
      const run = next++;
      tally.add(run, await oneRun(work, run));
      under.forget();
      const rate = ((tally.runs - runsBefore) / (performance.now() - startedAt)) * 1000;
      progress.step(
        `${tally.runs} of ${options.runs.count} runs, ${tally.failures.length} failed, ${rate.toFixed(0)} a second`,
      );
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
}

async function oneRun({ under, log, options, progress }: Work, run: number): Promise<RunResult> {
  const plan = runPlan(options.seed, run);
  const tell = (line: string) => {
    if (options.details) progress.line(line);
  };
  const { shards, change, ...rest } = plan;
  tell(JSON.stringify(rest));
  for (const shard of shards) tell(describe(shard));
  if (change !== undefined) tell(JSON.stringify({ ...change, put: change.put?.name, after: undefined }));
  log.begin(plan.engagement);
  try {
    const result = await runExport(under, plan, tell);
    tell(`${result.outcome} ${result.cause}`);
    const lines = log.end(plan.engagement);
    for (const line of lines) tell(line);
    return FAILED.includes(result.outcome)
      ? { ...result, cause: [result.cause, ...lines.slice(0, 1)].join('; ') }
      : result;
  } catch (error) {
    log.end(plan.engagement);
    return { ...wrong(`the run itself: ${String((error as Error).stack ?? error)}`), faults: new Map() };
  }
}

function describe({ name, plain, stored, ...more }: LogShard): string {
  return `${name} ${JSON.stringify({ bytes: stored.length, of: plain.length, ...more })}`;
}
