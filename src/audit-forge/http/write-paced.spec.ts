import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/support/until.js';
import { ClientIdle, endPaced, writePaced } from './write-paced.js';

const MIB = 2 ** 20;
/** More than the kernel takes for a client that does not read. */
const TOO_MUCH = 48 * MIB;
const NEVER = new AbortController().signal;
/** Seconds that no test waits for. */
const LONG = 60;

describe('writing at the pace of the client', () => {
  let server: Server | undefined;
  let client: Socket | undefined;

  afterEach(() => {
    client?.destroy();
    server?.closeAllConnections();
    server?.close();
  });

  /** An answer under way, whose client reads when it is told to. */
  async function open(
    headers: Record<string, number> = {},
  ): Promise<{ response: ServerResponse; client: Socket }> {
    const answer = Promise.withResolvers<ServerResponse>();
    server = createServer((_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.on('error', () => undefined);
      answer.resolve(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    return { response: await answer.promise, client };
  }

  /** Whether a promise has settled by now. */
  function watch(promise: Promise<unknown>): { settled: boolean } {
    const state = { settled: false };
    const settle = () => void (state.settled = true);
    promise.then(settle, settle);
    return state;
  }

  /** The body of an answer that comes with a length. */
  async function bodyOf(socket: Socket): Promise<Buffer> {
    const all = Buffer.concat((await Array.fromAsync(socket)) as Buffer[]);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  }

  it('ends only when all bytes have left, and leaves none behind', async () => {
    const { response, client: reader } = await open({ 'Content-Length': TOO_MUCH });
    const written = writePaced(response, Buffer.alloc(TOO_MUCH, 'a'), LONG, NEVER);
    const state = watch(written);
    const { socket } = response;
    await until(() => socket!.writableLength > 0);
    await sleep(200);
    expect(state.settled).toBe(false);
    // No more than its own buffer holds.
    expect(reader.bytesRead).toBeLessThan(MIB);
    const body = bodyOf(reader);
    await written;
    expect(socket!.writableLength).toBe(0);
    await endPaced(response, LONG, NEVER);
    expect((await body).equals(Buffer.alloc(TOO_MUCH, 'a'))).toBe(true);
  });

  it('holds little of it beyond what the kernel has', async () => {
    const { response } = await open({ 'Content-Length': TOO_MUCH });
    const leave = new AbortController();
    const written = writePaced(response, Buffer.alloc(TOO_MUCH), LONG, leave.signal);
    const failed = expect(written).rejects.toThrow();
    await until(() => response.socket!.writableLength > 0);
    expect(response.socket!.writableLength).toBeLessThanOrEqual(MIB);
    leave.abort();
    await failed;
  });

  it.each<[how: string, chunked: boolean]>([
    ['with a length', false],
    ['in chunks', true],
  ])('lets the memory be written to again at once: %s', async (_how, chunked) => {
    const pieces = 160;
    const memory = Buffer.alloc(200_000);
    const expected = Array.from({ length: pieces }, (_, at) => Buffer.alloc(memory.length, at + 1));
    const { response, client: reader } = await open(
      chunked ? {} : { 'Content-Length': pieces * memory.length },
    );
    const send = async () => {
      for (const piece of expected) {
        memory.set(piece);
        await writePaced(response, memory, LONG, NEVER);
        memory.fill('#');
      }
      await endPaced(response, LONG, NEVER);
    };
    const sent = send();
    // The client reads in bursts, so that buffers on the way are full most of the time.
    const taken: Buffer[] = [];
    reader.pause();
    await until(() => response.socket!.writableLength > 0);
    reader.on('data', (bytes) => {
      taken.push(bytes);
      if (taken.length % 64 !== 0) return;
      reader.pause();
      setTimeout(() => reader.resume(), 2);
    });
    reader.resume();
    await Promise.all([sent, once(reader, 'end')]);
    const all = Buffer.concat(taken);
    const body = all.subarray(all.indexOf('\r\n\r\n') + 4);
    const digest = createHash('sha256').update(chunked ? dechunked(body) : body);
    expect(digest.digest('hex')).toBe(createHash('sha256').update(Buffer.concat(expected)).digest('hex'));
  });

  it('has nothing to wait for when there are no bytes', async () => {
    const { response } = await open();
    await writePaced(response, Buffer.alloc(0), LONG, NEVER);
    expect(response.headersSent).toBe(false);
  });

  it('cuts off a client that takes nothing', async () => {
    const { response } = await open();
    await expect(writePaced(response, Buffer.alloc(TOO_MUCH), 0.2, NEVER)).rejects.toBeInstanceOf(ClientIdle);
  });

  it('cuts off a client that takes nothing of the end', async () => {
    const { response } = await open({ 'Content-Length': TOO_MUCH });
    response.write(Buffer.alloc(TOO_MUCH));
    await expect(endPaced(response, 0.2, NEVER)).rejects.toBeInstanceOf(ClientIdle);
  });

  it.each<[what: string, write: (response: ServerResponse, signal: AbortSignal) => Promise<void>]>([
    ['bytes', (response, signal) => writePaced(response, Buffer.alloc(TOO_MUCH), LONG, signal)],
    [
      'the end',
      (response, signal) => {
        response.write(Buffer.alloc(TOO_MUCH));
        return endPaced(response, LONG, signal);
      },
    ],
  ])('ends with the reason of the signal: %s', async (_what, write) => {
    const { response } = await open();
    const leave = new AbortController();
    const reason = new Error('the service stops');
    const written = write(response, leave.signal);
    const state = watch(written);
    await until(() => (response.socket?.writableLength ?? 0) > 0);
    expect(state.settled).toBe(false);
    leave.abort(reason);
    await expect(written).rejects.toBe(reason);
  });

  it('writes nothing when it was told to end before', async () => {
    const { response } = await open();
    const reason = new Error('the service stops');
    const signal = AbortSignal.abort(reason);
    await expect(writePaced(response, Buffer.alloc(10), LONG, signal)).rejects.toBe(reason);
    await expect(endPaced(response, LONG, signal)).rejects.toBe(reason);
    expect([response.headersSent, response.writableEnded]).toEqual([false, false]);
  });

  it('takes the reason of a signal that is told in the same turn as the failure', async () => {
    const { response } = await open();
    const left = new AbortController();
    const reason = new Error('the client has gone away');
    response.once('close', () => left.abort(reason));
    // As with a client that has reset its connection: the write fails, and the socket closes when this turn
    // of the event loop ends.
    const write = (_bytes: Buffer, done: (error: Error) => void) => {
      response.socket!.destroy();
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    };
    const broken = Object.assign(Object.create(response) as ServerResponse, { write });
    await sleep(1);
    await expect(writePaced(broken, Buffer.alloc(10), LONG, left.signal)).rejects.toBe(reason);
  });

  it('fails when the client has left, also where no signal says so', async () => {
    const { response, client: reader } = await open();
    const written = writePaced(response, Buffer.alloc(TOO_MUCH), LONG, NEVER);
    await until(() => (response.socket?.writableLength ?? 0) > 0);
    reader.destroy();
    await expect(written).rejects.toThrow();
    await until(() => response.destroyed);
    await expect(writePaced(response, Buffer.alloc(10), LONG, NEVER)).rejects.toThrow();
  });

  it('leaves no listener and no timer behind', async () => {
    const { response, client: reader } = await open();
    reader.resume();
    const { signal } = new AbortController();
    let added = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => {
        added++;
        add(...args);
      },
      removeEventListener: (...args: Parameters<typeof remove>) => {
        added--;
        remove(...args);
      },
    });
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await writePaced(response, Buffer.alloc(2 * MIB), LONG, signal);
    await endPaced(response, LONG, signal);
    await turn();
    expect(added).toBe(0);
    expect(timers()).toBeLessThanOrEqual(before + 1);
  });
});

/** The bytes of a chunked body. */
function dechunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (length === 0) break;
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}
