import type { AssembledLog, LogSummary } from './assembled-log.js';

/** A log whose first bytes are at hand. */
export interface OpenedLog {
  /** Each good until the next is asked for. */
  pieces: AsyncIterable<Buffer>;
  summary(): LogSummary;
  close(): Promise<void>;
}

/**
 * Starts a log and reads up to its first bytes, or to its end when it has none.
 *
 * @param start makes the log; its signal ends all reading
 * @throws what reading the first bytes throws; then nothing is left open
 */
export async function openedLog(
  start: (signal: AbortSignal) => AssembledLog,
  signal: AbortSignal,
): Promise<OpenedLog> {
  const stop = new AbortController();
  const log = start(AbortSignal.any([signal, stop.signal]));
  const pieces = log.pieces();
  const close = async () => {
    // A generator that waits for the store only returns once that wait ends: end it first.
    stop.abort(new Error('the log has been closed'));
    await pieces.return(undefined).catch(() => undefined);
  };
  let first: IteratorResult<Buffer, void>;
  try {
    first = await pieces.next();
  } catch (error) {
    await close();
    throw error;
  }
  return { pieces: withFirst(first, pieces), summary: () => log.summary, close };
}

async function* withFirst(
  first: IteratorResult<Buffer, void>,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
