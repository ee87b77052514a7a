import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { until } from '../../../test/support/until.js';
import { gzipped } from './gzip.js';

/** Pieces that share one memory, which is written to again as soon as the next one is asked for. */
async function* lent(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(Math.max(0, ...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    memory.set(piece);
    yield memory.subarray(0, piece.length);
    memory.fill('#');
  }
}

async function collected(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes));
}

/** As little alike as bytes get, so that what comes out is as long as what goes in. */
function noise(length: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed * 2_654_435_761 || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}

describe('compressed pieces', () => {
  it('are the bytes that went in, although their memory is written to again at once', async () => {
    const piece = fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.nat(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (shapes) => {
        const pieces = shapes.map(([length, seed, plain]) =>
          plain ? Buffer.alloc(length, `{"n":${seed}}\n`) : noise(length, seed),
        );
        const bytes = await collected(gzipped(lent(pieces)));
        expect(gunzipSync(bytes).equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('are right at the pace of a consumer that is slow', async () => {
    const pieces = Array.from({ length: 12 }, (_, at) => noise(300_000, at + 1));
    const taken: Buffer[] = [];
    for await (const bytes of gzipped(lent(pieces))) {
      taken.push(Buffer.from(bytes));
      for (let turns = 0; turns < 5; turns++) await turn();
    }
    expect(gunzipSync(Buffer.concat(taken)).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('stay as they are when the next ones are asked for', async () => {
    const pieces = Array.from({ length: 6 }, (_, at) => noise(100_000, at + 1));
    const taken = await Array.fromAsync(gzipped(lent(pieces)));
    expect(gunzipSync(Buffer.concat(taken)).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('are an empty gzip for no piece', async () => {
    expect(gunzipSync(await collected(gzipped(lent([]))))).toHaveLength(0);
  });

  it('come out before the next piece is there', async () => {
    const next = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"n":1}\n');
      await next.promise;
      yield Buffer.from('{"n":2}\n');
    }
    const compressed = gzipped(slow());
    const first = [(await compressed.next()).value as Buffer];
    // The header of a gzip is ten bytes; a flushed block comes with it or behind it.
    while (Buffer.concat(first).length <= 10) first.push((await compressed.next()).value as Buffer);
    next.resolve();
    const rest = await collected(compressed);
    expect(gunzipSync(Buffer.concat([...first, rest])).toString()).toBe('{"n":1}\n{"n":2}\n');
  });

  it('are not asked for ahead of a consumer that waits', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        asked++;
        yield noise(100_000, asked);
      }
    }
    const compressed = gzipped(endless());
    await compressed.next();
    let before = -1;
    // It comes to a rest, at a few pieces.
    await until(() => {
      const rests = before === asked;
      before = asked;
      return rests;
    });
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(asked).toBeLessThan(4);
    await compressed.return(undefined);
  });

  it.each([0, 1, 5])('fail as their source does, after %d pieces', async (count) => {
    const failure = new Error('a shard is corrupt');
    async function* failing(): AsyncGenerator<Buffer> {
      for (let at = 0; at < count; at++) yield noise(10_000, at + 1);
      throw failure;
    }
    await expect(collected(gzipped(failing()))).rejects.toBe(failure);
  });

  it('never end as if they were whole when their source fails', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield noise(50_000);
      throw new Error('a shard is corrupt');
    }
    const taken: Buffer[] = [];
    const all = async () => {
      for await (const bytes of gzipped(failing())) taken.push(bytes);
    };
    await expect(all()).rejects.toThrow('a shard is corrupt');
    expect(() => gunzipSync(Buffer.concat(taken))).toThrow();
  });

  it.each<[how: string, length: number]>([
    ['small pieces', 100],
    ['pieces that fill all buffers', 500_000],
  ])('ask for nothing more once their consumer has left: %s', async (_how, length) => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        asked++;
        yield noise(length, asked);
      }
    }
    for await (const bytes of gzipped(endless())) {
      if (bytes.length > 0) break;
    }
    const then = asked;
    for (let turns = 0; turns < 100; turns++) await turn();
    // One may have been under way.
    expect(asked).toBeLessThanOrEqual(then + 1);
  });

  it.each<[how: string, length: number]>([
    ['small pieces', 100],
    ['pieces that fill all buffers', 500_000],
  ])('end their source once their consumer has left: %s', async (_how, length) => {
    let ended = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (let at = 1; ; at++) yield noise(length, at);
      } finally {
        ended = true;
      }
    }
    for await (const bytes of gzipped(endless())) {
      if (bytes.length > 0) break;
    }
    await until(() => ended, 3_000);
  });
});
