import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command-line.js';
import { parseDemoOptions } from './demo-options.js';
import { guide } from './guide.js';
import { SAMPLES } from './sample-engagements.js';
import { startDemo } from './start-demo.js';

const FOLDER = fileURLToPath(new URL('../../.demo', import.meta.url));
const CLOSE_WITHIN_MS = 3_000;

/** The demo from start to Ctrl-C. @returns the exit code */
export function demoCommand(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return runCommand(async () => {
    const options = parseDemoOptions(args, environment);
    const ended = new AbortController();
    const end = () => ended.abort();
    process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
    try {
      const { signal } = ended;
      const demo = await startDemo({
        ...options,
        dir: FOLDER,
        samples: SAMPLES,
        progress: process.stderr,
        signal,
      });
      process.stdout.write(await guide(demo));
      if (!signal.aborted) await once(signal, 'abort');
      await Promise.race([demo.close(), elapsed(CLOSE_WITHIN_MS)]);
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
  }, process.stderr);
}

/** Downloads that are still under way do not keep the demo from ending. */
function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
