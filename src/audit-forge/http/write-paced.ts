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

/** Writes at the pace of the client: resolves once it has room for more. @throws ClientIdle, or the signal's reason */
export async function writePaced(
  response: ServerResponse,
  bytes: Buffer,
  idleSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    signal.throwIfAborted();
    if (!response.write(bytes.subarray(at, at + SLICE_BYTES))) {
      await eventWithin(response, 'drain', idleSeconds, signal);
    }
  }
}

/** Ends the answer and resolves when all of it has left. @throws ClientIdle, or the signal's reason */
export async function endPaced(
  response: ServerResponse,
  idleSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const finished = eventWithin(response, 'finish', idleSeconds, signal);
  response.end();
  await finished;
}

function eventWithin(
  response: ServerResponse,
  event: 'drain' | 'finish',
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => () => {
      clearTimeout(timer);
      response.off(event, onEvent);
      signal.removeEventListener('abort', onAbort);
      then();
    };
    const onEvent = settle(resolve);
    const onAbort = settle(() => reject(signal.reason as Error));
    const timer = setTimeout(
      settle(() => reject(new ClientIdle(seconds))),
      seconds * 1000,
    );
    response.once(event, onEvent);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
