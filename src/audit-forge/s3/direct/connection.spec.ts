import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { until } from '../../../../test/support/until.js';
import { CutBody, Stalled } from '../read-errors.js';
import { reasonOf } from '../s3-failure.js';
import { Connection, type Receiver } from './connection.js';
import { Connections } from './connections.js';
import { BadResponse } from './response-head.js';
import { StoreRefusal } from './store-refusal.js';

const REQUEST = 'GET /logs/a.jsonl HTTP/1.1\r\nhost: store.test\r\n\r\n';
const BODY = Buffer.from('{"event":"llm_call","n":1}\n{"event":"llm_call","n":2}\n');
const HEAD = `HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: ${BODY.length}\r\n\r\n`;
const ANSWER = Buffer.concat([Buffer.from(HEAD), BODY]);
/** Long enough for any machine; only tests of silence set a short one. */
const LONG_MS = 60_000;
const UNUSED = 0xaa;

/** Answers the request of this number (from 0) on this connection. */
type Answer = (socket: Socket, number: number) => unknown;

/** Takes a body into memory of its own. */
class Taker implements Receiver {
  memory = Buffer.alloc(0);
  count = 0;
  heads = 0;

  begin: Receiver['begin'] = ({ contentLength }) => {
    this.heads++;
    this.memory = Buffer.alloc(contentLength!, UNUSED);
    return this.memory;
  };

  received(count: number): void {
    this.count += count;
  }

  get taken(): Buffer {
    return this.memory.subarray(0, this.count);
  }
}

function never(): AbortSignal {
  return new AbortController().signal;
}

/** A self-signed certificate for 127.0.0.1 and localhost, and its key. */
function makeCertificate(): { cert: string; key: string } {
  const dir = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', ...kind, ...names, '-out', cert, '-keyout', key], { stdio: 'pipe' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } catch (cause) {
    throw new Error('These tests need `openssl` to make a certificate.', { cause });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe.each([
  ['TCP', false],
  ['TLS', true],
])('a connection over %s', (_over, secure) => {
  const builtInAuthorities = getCACertificates('default');
  let certificate: { cert: string; key: string } | undefined;
  let server: Server | undefined;
  let connection: Connection | undefined;
  /** Of the server, in the order of their coming. */
  const sockets: Socket[] = [];
  const requests: string[] = [];

  beforeAll(() => {
    if (!secure) return;
    certificate = makeCertificate();
    setDefaultCACertificates([...builtInAuthorities, certificate.cert]);
  });
  afterAll(() => {
    if (secure) setDefaultCACertificates(builtInAuthorities);
  });
  afterEach(() => {
    connection?.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    requests.length = 0;
    server?.close();
  });

  /** A store that answers every request by this. */
  async function listen(answer: Answer): Promise<number> {
    const onSocket = (socket: Socket) => {
      sockets.push(socket);
      let number = 0;
      let text = '';
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        text += data.toString('latin1');
        if (!text.endsWith('\r\n\r\n')) return;
        requests.push(text);
        text = '';
        void answer(socket, number++);
      });
    };
    server = secure ? createTlsServer(certificate!, onSocket) : createPlainServer(onSocket);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  function originAt(port: number) {
    return { secure, hostname: '127.0.0.1', port };
  }

  async function connectTo(answer: Answer, limits: { connectMs?: number; stallMs?: number } = {}) {
    const { connectMs = LONG_MS, stallMs = LONG_MS } = limits;
    connection = new Connection(originAt(await listen(answer)), { connectMs, stallMs }, () => undefined);
    return connection;
  }

  /** Sends pieces one by one, with time for each to be read by itself. */
  async function inPieces(socket: Socket, bytes: Buffer, cuts: readonly number[]): Promise<void> {
    const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
    let from = 0;
    for (const end of ends) {
      if (end > from) socket.write(bytes.subarray(from, end));
      from = end;
      for (let turns = 0; turns < 3; turns++) await turn();
    }
  }

  describe('gets a body', () => {
    it('that comes in one piece with its head, by the very request that it is given', async () => {
      const open = await connectTo((socket) => socket.write(ANSWER));
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      expect(requests).toEqual([REQUEST]);
      expect(taker.taken).toEqual(BODY);
      expect(taker.count).toBe(BODY.length);
      expect([open.isOpen, open.isReused]).toEqual([true, true]);
    });

    it('that is cut at any byte, head and body, over one connection', async () => {
      let at = 0;
      const open = await connectTo((socket) => inPieces(socket, ANSWER, [at]));
      for (at = 0; at <= ANSWER.length; at++) {
        const taker = new Taker();
        await open.get(REQUEST, taker, never());
        expect([at, taker.heads, taker.taken.toString()]).toEqual([at, 1, BODY.toString()]);
      }
      expect(sockets.length).toBe(1);
    });

    it('that is cut at any bytes', async () => {
      let cuts: number[] = [];
      const open = await connectTo((socket) => inPieces(socket, ANSWER, cuts));
      const offsets = fc.uniqueArray(fc.nat(ANSWER.length), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(offsets, async (some) => {
          cuts = some;
          const taker = new Taker();
          await open.get(REQUEST, taker, never());
          expect(taker.taken).toEqual(BODY);
        }),
        { numRuns: 50 },
      );
    });

    it('whose answer comes byte by byte', async () => {
      const every = Array.from(ANSWER.keys());
      const open = await connectTo((socket) => inPieces(socket, ANSWER, every));
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      expect(taker.taken).toEqual(BODY);
    });

    it.each<[what: string, interim: string]>([
      ['a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['a 103 with headers', 'HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\nlink: </a>\r\n\r\n'],
      ['several', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n'],
    ])('behind %s, in one piece and cut at any byte', async (_what, interim) => {
      const whole = Buffer.concat([Buffer.from(interim), ANSWER]);
      let at = 0;
      const open = await connectTo((socket) => inPieces(socket, whole, [at]));
      for (at = 0; at < interim.length + 10; at++) {
        const taker = new Taker();
        await open.get(REQUEST, taker, never());
        expect([taker.heads, taker.taken.toString()]).toEqual([1, BODY.toString()]);
      }
    });

    it('of nothing', async () => {
      const open = await connectTo((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      await open.get(REQUEST, taker, never());
      expect([taker.heads, taker.count, open.isOpen]).toEqual([2, 0, true]);
    });

    it('of many reads, each told of once', async () => {
      const large = Buffer.from(Array.from({ length: 3 * 2 ** 20 }, (_, at) => (at * 31 + (at >> 8)) % 251));
      const open = await connectTo((socket) => {
        socket.write(`HTTP/1.1 206 Partial Content\r\nContent-Length: ${large.length}\r\n\r\n`);
        socket.write(large);
      });
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      expect(taker.count).toBe(large.length);
      expect(taker.memory.equals(large)).toBe(true);
    });

    it('after another one, whose memory it leaves alone', async () => {
      const answers = [ANSWER, Buffer.from(ANSWER.toString().replaceAll('llm_call', 'LLM_CALL'))];
      const open = await connectTo((socket, number) => socket.write(answers[number]!));
      const [first, second] = [new Taker(), new Taker()];
      await open.get(REQUEST, first, never());
      await open.get(REQUEST, second, never());
      expect(first.memory).toEqual(BODY);
      expect(second.memory.toString()).toBe(BODY.toString().replaceAll('llm_call', 'LLM_CALL'));
      expect(sockets.length).toBe(1);
    });

    it('into memory that lies inside other memory, and into that alone', async () => {
      const open = await connectTo((socket) => inPieces(socket, ANSWER, [HEAD.length, HEAD.length + 7]));
      const around = Buffer.alloc(BODY.length + 20, UNUSED);
      const begin = () => around.subarray(10, 10 + BODY.length);
      await open.get(REQUEST, { begin, received: () => undefined }, never());
      expect(around.subarray(10, -10)).toEqual(BODY);
      expect([...around.subarray(0, 10), ...around.subarray(-10)]).toEqual(Array(20).fill(UNUSED));
    });

    it('and is closed where the store asks for it', async () => {
      const closing = HEAD.replace('ETag', 'Connection: close\r\nETag');
      const open = await connectTo((socket) => socket.write(closing + BODY.toString()));
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      expect(taker.taken).toEqual(BODY);
      expect(open.isOpen).toBe(false);
    });
  });

  describe('refuses', () => {
    it('a body that is longer than its length, and writes nothing beyond it', async () => {
      const open = await connectTo((socket) => socket.write(`${ANSWER.toString()}more`));
      const taker = new Taker();
      await expect(open.get(REQUEST, taker, never())).rejects.toBeInstanceOf(BadResponse);
      expect([taker.count, open.isOpen]).toEqual([0, false]);
    });

    it('what comes behind a body later: the connection is closed, the body is good', async () => {
      const open = await connectTo((socket) =>
        inPieces(socket, Buffer.concat([ANSWER, Buffer.from('more')]), [ANSWER.length]),
      );
      const taker = new Taker();
      await open.get(REQUEST, taker, never());
      await until(() => !open.isOpen);
      expect(taker.memory).toEqual(BODY);
    });

    it('bytes that nobody asked for, and the next request goes by a new connection', async () => {
      const port = await listen((socket) => socket.write(ANSWER));
      const pool = new Connections(originAt(port), { connectMs: LONG_MS, stallMs: LONG_MS });
      const [first, second] = [new Taker(), new Taker()];
      await pool.get(REQUEST, first, never());
      sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad');
      await until(() => pool.size === 0);
      await pool.get(REQUEST, second, never());
      pool.destroy();
      expect([first.memory, second.memory]).toEqual([BODY, BODY]);
      expect([sockets.length, requests.length]).toEqual([2, 2]);
    });

    it.each<[what: string, text: string]>([
      ['what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ])('%s', async (_what, text) => {
      const open = await connectTo((socket) => socket.write(text));
      const failed = open.get(REQUEST, new Taker(), never());
      await expect(failed).rejects.toBeInstanceOf(BadResponse);
      await failed.catch((error: unknown) => expect(reasonOf(error)).toBe('transient'));
      expect(open.isOpen).toBe(false);
    });

    it('a head that never ends, after some of it', async () => {
      let sent = 0;
      const open = await connectTo((socket) => {
        const more = () => {
          if (socket.destroyed) return;
          sent += 1024;
          socket.write(`x-filler: ${'x'.repeat(1012)}\r\n`, more);
        };
        socket.write('HTTP/1.1 200 OK\r\n', more);
      });
      await expect(open.get(REQUEST, new Taker(), never())).rejects.toMatchObject({
        name: 'BadResponse',
        message: 'the head is too long',
      });
      await until(() => sockets[0]!.destroyed);
      expect(sent).toBeGreaterThan(64 * 1024);
    });

    it('what its receiver refuses, without a byte of the body', async () => {
      const open = await connectTo((socket) => socket.write(ANSWER));
      const reason = new Error('another etag');
      let count = 0;
      const receiver = {
        begin: () => {
          throw reason;
        },
        received: (more: number) => void (count += more),
      };
      await expect(open.get(REQUEST, receiver, never())).rejects.toBe(reason);
      expect([count, open.isOpen]).toEqual([0, false]);
    });
  });

  describe('fails', () => {
    it.each([0, 1, 20, BODY.length - 1])(
      'where the store ends it after %d bytes of a body, which are good',
      async (count) => {
        const open = await connectTo((socket) => socket.end(ANSWER.subarray(0, HEAD.length + count)));
        const taker = new Taker();
        const failed = open.get(REQUEST, taker, never());
        await expect(failed).rejects.toBeInstanceOf(CutBody);
        await failed.catch((error: unknown) => expect(reasonOf(error)).toBe('transient'));
        expect(taker.taken).toEqual(BODY.subarray(0, count));
        expect(taker.memory.subarray(count)).toEqual(Buffer.alloc(BODY.length - count, UNUSED));
        expect(open.isOpen).toBe(false);
      },
    );

    it.each([0, 5, HEAD.length - 1])('where the store ends it after %d bytes of a head', async (count) => {
      const open = await connectTo((socket) => socket.end(ANSWER.subarray(0, count)));
      const taker = new Taker();
      await expect(open.get(REQUEST, taker, never())).rejects.toBeInstanceOf(CutBody);
      expect(taker.heads).toBe(0);
    });

    it('where the store resets it in the middle of a body, with an error that allows another try', async () => {
      const taker = new Taker();
      const open = await connectTo(async (socket) => {
        socket.write(ANSWER.subarray(0, HEAD.length + 9));
        await until(() => taker.count === 9);
        if (secure) socket.destroy();
        else socket.resetAndDestroy();
      });
      const failed = open.get(REQUEST, taker, never());
      await expect(failed).rejects.toThrow();
      await failed.catch((error: unknown) => expect(reasonOf(error)).toBe('transient'));
      expect(taker.taken).toEqual(BODY.subarray(0, 9));
    });

    it.each<[when: string, bytes: number, taken: number]>([
      ['from the start', 0, 0],
      ['in the head', 10, 0],
      ['before the body', HEAD.length, 0],
      ['in the body', HEAD.length + 11, 11],
    ])('where nothing comes any more, %s', async (_when, bytes, taken) => {
      const open = await connectTo((socket) => socket.write(ANSWER.subarray(0, bytes)), { stallMs: 100 });
      const taker = new Taker();
      await expect(open.get(REQUEST, taker, never())).rejects.toBeInstanceOf(Stalled);
      expect([taker.count, open.isOpen]).toEqual([taken, false]);
      await until(() => sockets[0]!.destroyed);
    });

    it('where nobody listens', async () => {
      const port = await listen(() => undefined);
      server!.close();
      connection = new Connection(originAt(port), { connectMs: LONG_MS, stallMs: LONG_MS }, () => undefined);
      await expect(connection.get(REQUEST, new Taker(), never())).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    });

    it('once when it is destroyed, and tells of its end once', async () => {
      const port = await listen((socket) => socket.write(ANSWER.subarray(0, HEAD.length + 3)));
      let ends = 0;
      const taker = new Taker();
      const limits = { connectMs: LONG_MS, stallMs: LONG_MS };
      const open = new Connection(originAt(port), limits, () => void ends++);
      const failed = open.get(REQUEST, taker, never());
      const checked = expect(failed).rejects.toBeInstanceOf(CutBody);
      await until(() => taker.count === 3);
      open.destroy();
      open.destroy();
      await checked;
      await until(() => sockets[0]!.destroyed);
      expect([ends, open.isOpen]).toEqual([1, false]);
    });
  });

  describe('is told that the store refuses', () => {
    const xml = (code: string) =>
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;
    const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    const sized = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`;

    it.each<[status: number, code: string, reason: string]>([
      [404, 'NoSuchKey', 'missing'],
      [412, 'PreconditionFailed', 'precondition_failed'],
      [403, 'AccessDenied', 'access_denied'],
      [301, 'PermanentRedirect', 'misconfigured'],
      [503, 'SlowDown', 'transient'],
      [500, 'InternalError', 'transient'],
    ])(
      '%d %s, as the SDK would say it: with a length, in chunks, and cut at any byte',
      async (status, code, reason) => {
        const first = `HTTP/1.1 ${status} No\r\n`;
        const wholes = [
          first + sized(xml(code)),
          `${first}Transfer-Encoding: chunked\r\n\r\n${chunked(xml(code))}`,
        ];
        for (const whole of wholes) {
          for (const at of [
            0,
            9,
            first.length + 3,
            whole.indexOf('\r\n\r\n') + 4,
            whole.indexOf('<Code>') + 8,
          ]) {
            const open = await connectTo((socket) => inPieces(socket, Buffer.from(whole), [at]));
            const taker = new Taker();
            const error: unknown = await open.get(REQUEST, taker, never()).catch((thrown: unknown) => thrown);
            expect(error).toBeInstanceOf(StoreRefusal);
            expect(error).toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
            expect([reasonOf(error), taker.heads, open.isOpen]).toEqual([reason, 0, false]);
            server!.close();
          }
        }
      },
    );

    it.each<[how: string, rest: string, end: boolean]>([
      ['with a length of nothing', 'Content-Length: 0\r\n\r\n', false],
      ['with a body that is no XML', sized('no such thing'), false],
      ['with nothing, and ends the connection', '\r\n', true],
      ['with a body that ends with the connection', '\r\n<html>no</html>', true],
      ['with less than its length, and ends the connection', 'Content-Length: 999\r\n\r\n<Error>', true],
      ['in chunks, and ends the connection', 'Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n', true],
    ])('by the status alone: %s', async (_how, rest, end) => {
      for (const [status, reason] of [
        [404, 'missing'],
        [412, 'precondition_failed'],
        [503, 'transient'],
      ] as const) {
        const text = `HTTP/1.1 ${status} No\r\n${rest}`;
        const open = await connectTo((socket) => (end ? socket.end(text) : socket.write(text)));
        const error: unknown = await open
          .get(REQUEST, new Taker(), never())
          .catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StoreRefusal);
        expect(error).toMatchObject({ $metadata: { httpStatusCode: status } });
        expect(reasonOf(error)).toBe(reason);
        server!.close();
      }
    });

    it('with a body that never ends, of which it takes only so much', async () => {
      const open = await connectTo((socket) => {
        const more = () => socket.destroyed || socket.write('x'.repeat(10_000), more);
        socket.write('HTTP/1.1 403 Forbidden\r\n\r\n', more);
      });
      const error: unknown = await open.get(REQUEST, new Taker(), never()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'Unknown', $metadata: { httpStatusCode: 403 } });
      await until(() => sockets[0]!.destroyed);
    });

    it('with a body of any length, of which it takes only so much', async () => {
      const pieces = 100;
      let sent = 0;
      const open = await connectTo(async (socket) => {
        socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 999999999\r\n\r\n');
        // A megabyte, each piece with time to be read: far more than the limit of 64 KiB.
        for (; sent < pieces && !socket.destroyed; sent++) {
          socket.write('x'.repeat(10_000));
          for (let turns = 0; turns < 3; turns++) await turn();
        }
        socket.destroy();
      });
      await expect(open.get(REQUEST, new Taker(), never())).rejects.toBeInstanceOf(StoreRefusal);
      await until(() => sockets[0]!.destroyed);
      expect(sent).toBeLessThan(pieces);
    });

    it.each<[how: string, rest: string]>([
      ['in chunks that are no XML', 'Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'],
      ['in chunks without a byte', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ])('%s on a connection that stays open, without a wait for more', async (_how, rest) => {
      const open = await connectTo((socket) => socket.write(`HTTP/1.1 403 Forbidden\r\n${rest}`), {
        stallMs: 500,
      });
      const error: unknown = await open.get(REQUEST, new Taker(), never()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'Unknown', $metadata: { httpStatusCode: 403 } });
    });

    it('and then says no more: what it has said counts', async () => {
      const text = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 999\r\n\r\n<Error><Code>AccessDenied</Code>';
      const open = await connectTo((socket) => socket.write(text), { stallMs: 200 });
      const error: unknown = await open.get(REQUEST, new Taker(), never()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    });
  });

  describe('ends when it is told to', () => {
    const reason = new Error('the client has left');

    it('before it has begun: nothing is sent', async () => {
      const open = await connectTo((socket) => socket.write(ANSWER));
      await expect(open.get(REQUEST, new Taker(), AbortSignal.abort(reason))).rejects.toBe(reason);
      await until(() => sockets.length === 1);
      expect(requests).toEqual([]);
    });

    it('while it connects', async () => {
      const leave = new AbortController();
      const open = await connectTo((socket) => socket.write(ANSWER));
      const failed = open.get(REQUEST, new Taker(), leave.signal);
      leave.abort(reason);
      await expect(failed).rejects.toBe(reason);
      expect(open.isOpen).toBe(false);
      // What the server has seen of it, if anything, is gone as well.
      await until(() => sockets.every(({ destroyed }) => destroyed));
      expect(requests).toEqual([]);
    });

    it('while it waits for the answer: the store sees it go', async () => {
      const leave = new AbortController();
      const open = await connectTo(() => leave.abort(reason));
      await expect(open.get(REQUEST, new Taker(), leave.signal)).rejects.toBe(reason);
      await until(() => sockets[0]!.destroyed);
      expect([open.isOpen, requests.length]).toEqual([false, 1]);
    });

    it('in the middle of a body: the store sees it go, and the memory is written to no more', async () => {
      const leave = new AbortController();
      const length = 256 * 1024 * 1024;
      const open = await connectTo((socket) => {
        const more = () => socket.destroyed || socket.write(Buffer.alloc(64 * 1024, 'b'), more);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`, more);
      });
      const memory = Buffer.allocUnsafe(length);
      let count = 0;
      const received = (more: number) => {
        count += more;
        if (count > 300_000) leave.abort(reason);
      };
      await expect(open.get(REQUEST, { begin: () => memory, received }, leave.signal)).rejects.toBe(reason);
      const [end, margin] = [count, 4 * 2 ** 20];
      memory.fill(UNUSED, 0, end + margin);
      await until(() => sockets[0]!.destroyed);
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(count).toBe(end);
      expect(memory.subarray(0, end + margin).every((byte) => byte === UNUSED)).toBe(true);
    });

    it('by a signal that is told after the answer: that is good', async () => {
      const leave = new AbortController();
      const open = await connectTo((socket) => socket.write(ANSWER));
      const taker = new Taker();
      await open.get(REQUEST, taker, leave.signal);
      leave.abort(reason);
      await open.get(REQUEST, taker, never());
      expect([taker.heads, open.isOpen, sockets.length]).toEqual([2, true, 1]);
    });
  });

  if (!secure) return;

  it('names the host that it asks for', async () => {
    const port = await listen((socket) => socket.write(ANSWER));
    const origin = { secure, hostname: 'localhost', port };
    connection = new Connection(origin, { connectMs: LONG_MS, stallMs: LONG_MS }, () => undefined);
    await connection.get(REQUEST, new Taker(), never());
    expect(sockets[0]).toHaveProperty('servername', 'localhost');
  });

  it.each<[what: string, authorities: () => string[], code: string]>([
    ['of an authority that it does not know', () => builtInAuthorities, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('refuses a certificate %s, and sends nothing', async (_what, authorities, code) => {
    setDefaultCACertificates(authorities());
    try {
      const open = await connectTo((socket) => socket.write(ANSWER));
      await expect(open.get(REQUEST, new Taker(), never())).rejects.toMatchObject({ code });
      expect([requests.length, open.isOpen]).toEqual([0, false]);
    } finally {
      setDefaultCACertificates([...builtInAuthorities, certificate!.cert]);
    }
  });

  it('refuses a certificate of another host, and sends nothing', async () => {
    const port = await listen((socket) => socket.write(ANSWER));
    // The whole of 127.0.0.0/8 is this machine, but the certificate is of 127.0.0.1.
    const origin = { secure, hostname: '127.0.0.2', port };
    server!.close();
    server!.listen(port, '127.0.0.2');
    await once(server!, 'listening');
    connection = new Connection(origin, { connectMs: LONG_MS, stallMs: LONG_MS }, () => undefined);
    await expect(connection.get(REQUEST, new Taker(), never())).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(requests).toEqual([]);
  });

  it('gives up a store that takes the connection and never greets', async () => {
    const mute = createPlainServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).resume();
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const origin = originAt((mute.address() as AddressInfo).port);
    connection = new Connection(origin, { connectMs: 100, stallMs: LONG_MS }, () => undefined);
    await expect(connection.get(REQUEST, new Taker(), never())).rejects.toBeInstanceOf(Stalled);
    await until(() => sockets.length === 1 && sockets[0]!.destroyed);
    mute.close();
  });

  it('ends when it is told to while the two greet', async () => {
    const leave = new AbortController();
    const reason = new Error('the client has left');
    const mute = createPlainServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).on('data', () => leave.abort(reason));
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const origin = originAt((mute.address() as AddressInfo).port);
    connection = new Connection(origin, { connectMs: LONG_MS, stallMs: LONG_MS }, () => undefined);
    await expect(connection.get(REQUEST, new Taker(), leave.signal)).rejects.toBe(reason);
    await until(() => sockets[0]!.destroyed);
    mute.close();
  });
});
