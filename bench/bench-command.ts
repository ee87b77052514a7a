import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, runCommand } from '../src/command-line.js';
import { Progress } from '../src/progress.js';
import { parseBenchOptions, type BenchOptions } from './options.js';
import { endAll } from './processes.js';
import { failuresOf, report } from './report/report.js';
import type { StoreResults } from './results.js';
import { runOnStore } from './run-on-store.js';
import { defaultStore, openStore } from './stores/open-store.js';
import { FULL, SMOKE } from './workloads/workload.js';

/** The benchmark from start to end, or to Ctrl-C. @returns the exit code */
export function benchCommand(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return runCommand(async () => {
    const options = parseBenchOptions(args);
    if (process.platform !== 'linux') {
      throw new CommandError('The benchmark reads CPU time and memory from /proc: it runs on Linux only.');
    }
    if (options.out !== undefined) await requireWritable(options.out);
    const progress = new Progress(process.stderr);
    const results = await measure(options, environment, progress);
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const text = await report(results, options.smoke ? SMOKE : FULL, command);
    process.stdout.write(text);
    if (options.out !== undefined) {
      await writeFile(options.out, text);
      progress.line(`Written to ${options.out}.`);
    }
    const failures = results.flatMap(failuresOf);
    if (failures.length > 0) throw new CommandError(`Not all went well: ${failures.join('; ')}`);
  }, process.stderr);
}

/** Asked before an hour's work, not after it. @throws CommandError */
async function requireWritable(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await (await open(file, 'a')).close();
  } catch (error) {
    throw new CommandError(`--out ${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function measure(
  options: BenchOptions,
  environment: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<StoreResults[]> {
  const ended = new AbortController();
  const end = () => ended.abort(new CommandError('Ended before it was done; no results.'));
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  const results: StoreResults[] = [];
  try {
    const names = options.stores.length > 0 ? options.stores : [await defaultStore(environment)];
    for (const name of names) {
      const store = await openStore(name, environment);
      try {
        results.push(await runOnStore(store, options, progress, ended.signal));
      } finally {
        await store.close();
      }
    }
    return results;
  } catch (error) {
    // What it ends in depends on where it was: only the reason is of interest.
    ended.signal.throwIfAborted();
    throw error;
  } finally {
    progress.end();
    await endAll();
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end);
  }
}
