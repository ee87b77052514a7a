import type { ServerResponse } from 'node:http';
import type { LogReader } from './log-reader.js';

/** The log to the client, no faster than the client takes it. */
export async function writeResponse(response: ServerResponse, log: LogReader): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  for (;;) {
    const pieces = await log.take();
    if (pieces.length === 0 || response.destroyed) break;
    // All that is there goes out as one chunk, by one call to the system.
    response.cork();
    let room = true;
    for (const piece of pieces) room = response.write(piece);
    response.uncork();
    if (!room && response.writableNeedDrain) await drained(response);
  }
  response.end();
}

/** Also once the client is gone: then there is no drain. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
