import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../../test/support/until.js';
import { CutBody } from '../read-errors.js';
import { Connections } from './connections.js';
import type { Receiver } from './connection.js';
import { StoreRefusal } from './store-refusal.js';

const LIMITS = { connectMs: 60_000, stallMs: 60_000 };
const BODY = '{"event":"llm_call"}\n';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

/** What one request was and where it came: by which connection (from 0), and as which of its requests. */
interface Seen {
  path: string;
  connection: number;
  number: number;
}

type Answer = (socket: Socket, seen: Seen) => unknown;

const right: Answer = (socket) => socket.write(ANSWER);

describe('connections to one store', () => {
  let server: Server | undefined;
  let pool: Connections | undefined;
  const sockets: Socket[] = [];
  const seen: Seen[] = [];

  afterEach(() => {
    pool?.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    seen.length = 0;
    server?.close();
  });

  async function listen(answer: Answer): Promise<number> {
    server = createServer((socket) => {
      const connection = sockets.push(socket) - 1;
      let number = 0;
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        for (const [, path = ''] of data.toString('latin1').matchAll(/^GET (\S+) HTTP/gm)) {
          const request = { path, connection, number: number++ };
          seen.push(request);
          answer(socket, request);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function poolFor(answer: Answer = right): Promise<Connections> {
    pool = new Connections({ secure: false, hostname: '127.0.0.1', port: await listen(answer) }, LIMITS);
    return pool;
  }

  /** What a GET brings. */
  async function get(from: Connections, path = '/a', signal = new AbortController().signal): Promise<string> {
    let memory = Buffer.alloc(0);
    let filled = 0;
    const receiver: Receiver = {
      begin: ({ contentLength }) => (memory = Buffer.alloc(contentLength!)),
      received: (count) => void (filled += count),
    };
    await from.get(`GET ${path} HTTP/1.1\r\nhost: store.test\r\n\r\n`, receiver, signal);
    expect(filled).toBe(memory.length);
    return memory.toString();
  }

  const many = (from: Connections, count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => get(from, `/${at}`)));

  it('are one for requests one after the other', async () => {
    const open = await poolFor();
    for (let at = 0; at < 20; at++) expect(await get(open)).toBe(BODY);
    expect(seen.map(({ connection, number }) => [connection, number])).toEqual(
      Array.from({ length: 20 }, (_, at) => [0, at]),
    );
    expect(open.size).toBe(1);
  });

  it('are as many as there are requests at once, and no more afterwards', async () => {
    const waiting: Socket[] = [];
    const open = await poolFor((socket) => {
      waiting.push(socket);
      if (waiting.length % 8 === 0) for (const each of waiting.splice(0)) each.write(ANSWER);
    });
    for (let round = 1; round <= 5; round++) {
      expect(await many(open, 8)).toEqual(Array(8).fill(BODY));
      expect([sockets.length, open.size, seen.length]).toEqual([8, 8, 8 * round]);
    }
  });

  it('give each request its own answer', async () => {
    const open = await poolFor((socket, { path }) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`),
    );
    for (let round = 0; round < 5; round++) {
      expect(await many(open, 12)).toEqual(Array.from({ length: 12 }, (_, at) => `/${at}`));
    }
  });

  it('are not used again where the store says so', async () => {
    const open = await poolFor((socket) => socket.end(ANSWER.replace('OK', 'OK\r\nConnection: close')));
    await get(open);
    await get(open);
    expect([sockets.length, open.size]).toEqual([2, 0]);
  });

  it('are replaced where the store has closed them as idle', async () => {
    const open = await poolFor();
    await get(open);
    sockets[0]!.end();
    await until(() => open.size === 0);
    expect(await get(open)).toBe(BODY);
    expect(sockets.length).toBe(2);
  });

  it.each<[how: string, end: (socket: Socket) => void]>([
    ['closes', (socket) => void socket.end()],
    ['resets', (socket) => void socket.resetAndDestroy()],
  ])('are replaced without an error where the store %s them as the next request comes', async (_how, end) => {
    const open = await poolFor((socket, { connection, number }) => {
      if (connection < 3 && number > 0) end(socket);
      else socket.write(ANSWER);
    });
    const held = Array.from({ length: 3 }, () => get(open));
    await Promise.all(held);
    expect(sockets.length).toBe(3);
    // All three idle ones fail it, one after the other.
    expect(await get(open, '/b')).toBe(BODY);
    expect(seen.filter(({ path }) => path === '/b').map(({ number }) => number)).toEqual([1, 1, 1, 0]);
    expect(sockets.length).toBe(4);
    expect(open.size).toBe(1);
  });

  it.each<[what: string, answer: string]>([
    ['has begun with a body', ANSWER.slice(0, -3)],
    ['is a head alone', ANSWER.slice(0, -BODY.length)],
  ])('do not send a request again whose answer %s', async (_what, answer) => {
    const open = await poolFor((socket, { number }) =>
      number === 0 ? socket.write(ANSWER) : socket.end(answer),
    );
    await get(open);
    await expect(get(open)).rejects.toBeInstanceOf(CutBody);
    expect(seen).toHaveLength(2);
    expect(open.size).toBe(0);
  });

  it.each<[what: string, answer: string, name: string]>([
    ['refused', 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', 'Unknown'],
    ['refused and cut', 'HTTP/1.1 503 No\r\nContent-Length: 90\r\n\r\n<Error>', 'Unknown'],
    ['answered with what is no HTTP', 'no\r\n\r\n', 'BadResponse'],
  ])('do not send a request again that is %s', async (_what, answer, name) => {
    const open = await poolFor((socket, { number }) =>
      number === 0 ? socket.write(ANSWER) : socket.end(answer),
    );
    await get(open);
    await expect(get(open)).rejects.toMatchObject({ name });
    expect(seen).toHaveLength(2);
  });

  it('do not send a request again that a new connection has failed', async () => {
    const open = await poolFor((socket) => socket.end());
    await expect(get(open)).rejects.toBeInstanceOf(CutBody);
    expect([seen.length, open.size]).toEqual([1, 0]);
  });

  it('do not send a request again that stalls', async () => {
    const port = await listen((socket, { number }) => number === 0 && socket.write(ANSWER));
    pool = new Connections({ secure: false, hostname: '127.0.0.1', port }, { ...LIMITS, stallMs: 200 });
    await get(pool);
    await expect(get(pool)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(seen).toHaveLength(2);
  });

  it('go on after a refusal, by a new one', async () => {
    const open = await poolFor((socket, { path }) =>
      socket.write(path === '/gone' ? 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n' : ANSWER),
    );
    await get(open);
    await expect(get(open, '/gone')).rejects.toBeInstanceOf(StoreRefusal);
    expect(await get(open)).toBe(BODY);
    expect([sockets.length, open.size]).toEqual([2, 1]);
  });

  it('end by themselves once they have been idle for the time that a stall takes', async () => {
    const port = await listen(right);
    pool = new Connections({ secure: false, hostname: '127.0.0.1', port }, { ...LIMITS, stallMs: 100 });
    await get(pool);
    await until(() => sockets[0]!.destroyed && pool!.size === 0);
  });

  it('fail only the request that is told to end', async () => {
    const leave = new AbortController();
    const reason = new Error('the client has left');
    const open = await poolFor((socket, { path }) => (path === '/held' ? undefined : socket.write(ANSWER)));
    await get(open);
    const held = get(open, '/held', leave.signal);
    await until(() => seen.length === 2);
    expect(await get(open)).toBe(BODY);
    leave.abort(reason);
    await expect(held).rejects.toBe(reason);
    // Not sent again, although its connection had served a request before.
    expect(await get(open)).toBe(BODY);
    expect(seen.filter(({ path }) => path === '/held')).toHaveLength(1);
    expect([sockets.length, open.size]).toEqual([2, 1]);
  });

  it('are not opened for a request that was told to end before', async () => {
    const open = await poolFor();
    await expect(get(open, '/a', AbortSignal.abort())).rejects.toThrow();
    expect(open.size).toBe(0);
  });

  it('are used again when a request was told to end before it took one', async () => {
    const open = await poolFor();
    await get(open);
    await expect(get(open, '/a', AbortSignal.abort())).rejects.toThrow();
    await get(open);
    expect(sockets.length).toBe(1);
  });

  it('all end when they are destroyed, idle ones and those at work', async () => {
    const open = await poolFor((socket, { path }) => (path === '/held' ? undefined : socket.write(ANSWER)));
    const held = Array.from({ length: 3 }, () => get(open, '/held'));
    await get(open);
    await until(() => seen.length === 4);
    const ends = expect(Promise.allSettled(held)).resolves.toMatchObject(
      held.map(() => ({ status: 'rejected', reason: expect.any(CutBody) })),
    );
    open.destroy();
    await ends;
    await until(() => sockets.every(({ destroyed }) => destroyed));
    expect([sockets.length, open.size]).toEqual([4, 0]);
  });

  it('send nothing again once they are destroyed', async () => {
    const open = await poolFor((socket, { path }) => (path === '/held' ? undefined : socket.write(ANSWER)));
    await get(open);
    // By a connection that has served a request already, which a new one would replace.
    const held = get(open, '/held');
    await until(() => seen.length === 2);
    open.destroy();
    const failed = Promise.race([held, until(() => seen.length === 3, 5_000).then(() => 'sent again')]);
    await expect(failed).rejects.toBeInstanceOf(CutBody);
    for (let turns = 0; turns < 10; turns++) await turn();
    expect([seen.length, open.size]).toEqual([2, 0]);
  });

  it('keep no process alive while they are idle', async () => {
    const port = await listen(right);
    const program = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve: (specifier, context, next) =>
          next(specifier.startsWith('.') ? specifier.replace(/\\.js$/, '.ts') : specifier, context),
      });
      const { Connections } = await import(${JSON.stringify(new URL('connections.ts', import.meta.url).href)});
      const pool = new Connections({ secure: false, hostname: '127.0.0.1', port: ${port} }, ${JSON.stringify(LIMITS)});
      let memory;
      const receiver = { begin: (head) => (memory = Buffer.alloc(head.contentLength)), received: () => undefined };
      for (let at = 0; at < 2; at++) {
        await pool.get('GET /a HTTP/1.1\\r\\n\\r\\n', receiver, new AbortController().signal);
      }
      process.stdout.write(memory.toString() + pool.size);
    `;
    const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', program]);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    // The store keeps its side open, so only the child can end this.
    const [code] = (await once(child, 'close')) as [number];
    expect([output, code]).toEqual([`${BODY}1`, 0]);
    expect(seen).toHaveLength(2);
  });
});
