import { CommandError, runCommand } from '../../src/command-line.js';
import { Progress } from '../../src/progress.js';
import { campaign } from './campaign.js';
import { parseFaultsOptions } from './options.js';
import { report } from './report.js';

/** The whole program, to its end or to Ctrl-C. @returns the exit code */
export function faultsCommand(args: string[]): Promise<number> {
  let failed = false;
  const done = runCommand(async () => {
    const options = parseFaultsOptions(args);
    if (globalThis.gc === undefined)
      throw new CommandError('Start it with node --expose-gc: it measures memory.');
    const stop = new AbortController();
    const progress = new Progress(process.stderr);
    progress.line(`Seed ${options.seed}.`);
    const tally = await campaign(options, progress, stop);
    progress.end();
    process.stdout.write(report(options.seed, tally));
    failed = tally.failures.length > 0;
    if (stop.signal.aborted) throw new CommandError('Ended before it was done.');
  }, process.stderr);
  return done.then((code) => (failed ? 1 : code));
}
