import { fork, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

const MESSAGE_WITHIN_MS = 30_000;
/** The service lets running exports finish, and a profile has to be written. */
const END_WITHIN_MS = 20_000;

/** Every process that was started here and still runs. */
const running = new Set<ChildProcess>();
// Whatever ends this process, none of them stays behind.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export function startProcess(command: string, args: string[], options: SpawnOptions): ChildProcess {
  return watched(spawn(command, args, options));
}

/** A process of this program, with a channel for messages. */
export function forkModule(path: string, args: string[]): ChildProcess {
  return watched(fork(path, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
}

/** The next message of a forked process. */
export async function messageFrom(child: ChildProcess): Promise<unknown> {
  const given = new AbortController();
  const signal = AbortSignal.any([given.signal, AbortSignal.timeout(MESSAGE_WITHIN_MS)]);
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`A process of the benchmark ended with ${code}.`);
      }),
    ]);
  } finally {
    given.abort();
  }
}

/** Asks it to end, and makes it. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(late);
}

/** Whatever is left of them. */
export async function endAll(): Promise<void> {
  await Promise.all([...running].map(endProcess));
}

function watched(child: ChildProcess): ChildProcess {
  running.add(child);
  const gone = () => running.delete(child);
  child.on('exit', gone).on('error', gone);
  return child;
}
