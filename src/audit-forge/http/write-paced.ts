import type { ServerResponse } from 'node:http';

/** Bytes handed to the socket at once: small enough to see that a slow client still reads. */
const SLICE_BYTES = 128 * 1024;

/** A client that has taken nothing for the set time. */
export class ClientIdle extends Error {
  override readonly name = 'ClientIdle';

  constructor(seconds: number) {
    super(`the client has read nothing for ${seconds} s`);
  }
}

/**
 * Writes at the pace of the client: resolves once all of it has left for the network, so that the memory of
 * `bytes` may be used again. @throws ClientIdle, or the signal's reason
 */
export async function writePaced(
  response: ServerResponse,
  bytes: Buffer,
  idleSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await withinIdle(idleSeconds, signal, (done) =>
      response.write(bytes.subarray(at, at + SLICE_BYTES), done),
    );
  }
}

/** Ends the answer and resolves when all of it has left. @throws ClientIdle, or the signal's reason */
export function endPaced(response: ServerResponse, idleSeconds: number, signal: AbortSignal): Promise<void> {
  return withinIdle(idleSeconds, signal, (done) => response.end(done));
}

function withinIdle(
  seconds: number,
  signal: AbortSignal,
  start: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const settle = (error?: Error | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (!error) resolve();
      else afterClosing(() => reject(signal.aborted ? (signal.reason as Error) : error));
    };
    const onAbort = () => settle(signal.reason as Error);
    const timer = setTimeout(() => settle(new ClientIdle(seconds)), seconds * 1000);
    signal.addEventListener('abort', onAbort, { once: true });
    start(settle);
  });
}

/** That a client has left fails a write before the signal says so, which it does when the socket has closed. */
function afterClosing(then: () => void): void {
  // Sockets close between two turns of immediates.
  setImmediate(() => setImmediate(then));
}
