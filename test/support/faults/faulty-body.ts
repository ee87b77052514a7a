import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';

/** Hands the body on, as the fault has it. Resolves when nothing more of it will come. */
export async function sendBody(
  from: IncomingMessage,
  to: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const length = Number(from.headers['content-length'] ?? 0);
  let sent = 0;
  for await (const bytes of from as AsyncIterable<Buffer>) {
    const end = endOf(fault);
    if (end !== undefined && sent + bytes.length >= end) {
      await write(to, bytes.subarray(0, end - sent));
      from.destroy();
      return finish(to, fault);
    }
    if (fault?.kind === 'flip' && length > 0) flip(bytes, (fault.at % length) - sent);
    if (fault?.kind === 'slow') await drip(to, bytes, fault);
    else await write(to, bytes);
    sent += bytes.length;
  }
  // A body of no bytes meets the end of none.
  if (endOf(fault) === 0) await finish(to, fault);
  else to.end();
}

function endOf(fault: Fault | undefined): number | undefined {
  return fault?.kind === 'reset' || fault?.kind === 'short' || fault?.kind === 'stall'
    ? fault.after
    : undefined;
}

async function finish(to: ServerResponse, fault: Fault | undefined): Promise<void> {
  to.flushHeaders();
  const { socket } = to;
  if (socket === null || socket.destroyed) return;
  if (fault?.kind === 'reset') socket.resetAndDestroy();
  else if (fault?.kind === 'short') socket.end();
  else await once(socket, 'close');
}

/** Resolves when the bytes have left, so that what ends the connection comes after them. */
async function write(to: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** The body of a request with one bit of one byte flipped. */
export async function* flipped(from: IncomingMessage, at: number): AsyncGenerator<Buffer> {
  const length = Number(from.headers['content-length'] ?? 0);
  let seen = 0;
  for await (const bytes of from as AsyncIterable<Buffer>) {
    if (length > 0) flip(bytes, (at % length) - seen);
    seen += bytes.length;
    yield bytes;
  }
}

function flip(bytes: Buffer, at: number): void {
  if (at >= 0 && at < bytes.length) bytes[at]! ^= 1;
}

async function drip(
  to: ServerResponse,
  bytes: Buffer,
  { bytes: piece, everyMs }: Extract<Fault, { kind: 'slow' }>,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += piece) {
    await sleep(everyMs);
    await write(to, bytes.subarray(at, at + piece));
  }
}
