import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../test/support/until.js';
import { PACE_SECONDS } from './client-pace.js';
import { PacedWriter } from './paced-writer.js';

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
    jest.restoreAllMocks();
    for (const writer of writers.values()) writer.close();
    writers.clear();
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

  /** What writes answers in a test, each closed after it. */
  const writers = new Map<ServerResponse, PacedWriter>();

  function writerOf(
    response: ServerResponse,
    idleSeconds: number,
    signal: AbortSignal,
    othersWait = () => false,
  ): PacedWriter {
    const writer = writers.get(response) ?? new PacedWriter(response, { idleSeconds, othersWait }, signal);
    writers.set(response, writer);
    return writer;
  }

  const writePaced = (response: ServerResponse, bytes: Buffer, idleSeconds: number, signal: AbortSignal) =>
    writerOf(response, idleSeconds, signal).write(bytes);
  const endPaced = (response: ServerResponse, idleSeconds: number, signal: AbortSignal) =>
    writerOf(response, idleSeconds, signal).end();

  /** Whether a promise has settled by now. */
  function watch(promise: Promise<unknown>): { settled: boolean } {
    const state = { settled: false };
    const settle = () => void (state.settled = true);
    promise.then(settle, settle);
    return state;
  }

  /** Reads so much, or a little more, of a socket that is not flowing. */
  async function readSome(socket: Socket, bytes: number): Promise<void> {
    for (let taken = 0; taken < bytes;) {
      const piece = socket.read() as Buffer | null;
      taken += piece?.length ?? 0;
      if (piece === null) await once(socket, 'readable');
    }
  }

  /** Resolves when the kernel takes no more. */
  async function stuck({ socket }: ServerResponse): Promise<void> {
    for (let before = -1; before !== socket!.bytesWritten; await sleep(300)) before = socket!.bytesWritten;
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
    await expect(writePaced(response, Buffer.alloc(TOO_MUCH), 0.2, NEVER)).rejects.toMatchObject({
      code: 'client_idle',
    });
  });

  it('failures 25: does not cut off one that takes a little now and then', async () => {
    const { response, client: reader } = await open();
    const idle = 0.5;
    const written = writePaced(response, Buffer.alloc(TOO_MUCH / 2), idle, NEVER);
    const state = watch(written);
    // A megabyte each time: what frees room in the kernel's buffers, but no more than a few writes.
    for (let steps = 0; steps < 8; steps++) {
      await readSome(reader, MIB);
      await sleep(idle * 600);
      expect(state.settled).toBe(false);
    }
    reader.resume();
    await written;
  });

  it.each<[who: string, othersWait: boolean]>([
    ['cuts off a client that takes little for a minute while others wait', true],
    ['serves one that takes little for a minute while nobody waits', false],
  ])('failures 25: %s', async (_who, othersWait) => {
    const { response, client: reader } = await open();
    reader.pause();
    let clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    const writer = writerOf(response, LONG, NEVER, () => othersWait);
    const written = writer.write(Buffer.alloc(TOO_MUCH));
    const state = watch(written);
    await stuck(response);
    clock += (PACE_SECONDS + 1) * 1000;
    if (othersWait) await expect(written).rejects.toMatchObject({ code: 'client_slow' });
    else {
      // Looked at more than once meanwhile.
      await sleep(2_500);
      expect(state.settled).toBe(false);
      reader.resume();
      await written;
    }
  });

  it('does not take the wait for a store for one for the client', async () => {
    const { response, client: reader } = await open();
    reader.resume();
    let clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    const idle = 0.1;
    const writer = writerOf(response, idle, NEVER, () => true);
    await writer.write(Buffer.alloc(10));
    // The store takes its time.
    clock += 10 * PACE_SECONDS * 1000;
    await sleep(3 * idle * 1000);
    await writer.write(Buffer.alloc(10));
    await writer.end();
    expect(response.writableFinished).toBe(true);
  });

  it('cuts off a client that takes nothing of the end', async () => {
    const { response } = await open({ 'Content-Length': TOO_MUCH });
    response.write(Buffer.alloc(TOO_MUCH));
    await expect(endPaced(response, 0.2, NEVER)).rejects.toMatchObject({ code: 'client_idle' });
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

  it('leaves its limit to no later answer of the connection', async () => {
    const { response, client: reader } = await open();
    reader.resume();
    const { socket } = response;
    const writer = writerOf(response, LONG, NEVER);
    await writer.write(Buffer.alloc(10));
    expect(socket!.timeout).toBe(LONG * 1000);
    await writer.end();
    writer.close();
    expect(socket!.timeout).not.toBe(LONG * 1000);
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
    writers.get(response)!.close();
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
