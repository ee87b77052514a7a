import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { constants, createGzip, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CorruptCompression, Decompressor } from './decompress.js';
import type { Codec } from './shard.js';

const MIB = 1024 * 1024;
const CODECS = ['gzip', 'zstd'] as const;
const compress = {
  gzip: (bytes: Buffer) => gzipSync(bytes),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
};
const text = (length: number) => Buffer.from('{"event":"llm_call","é":"😀"}\n'.repeat(length));

async function decompress(codec: Codec, chunks: readonly Buffer[], storedSize?: number): Promise<Buffer> {
  const decompressor = new Decompressor(codec, storedSize ?? Buffer.concat(chunks).length);
  const out: Buffer[] = [];
  try {
    for (const chunk of chunks)
      for await (const bytes of decompressor.push(chunk)) out.push(Buffer.from(bytes));
    for await (const bytes of decompressor.end()) out.push(Buffer.from(bytes));
  } finally {
    decompressor.destroy();
  }
  return Buffer.concat(out);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

describe.each(CODECS)('a shard in %s', (codec) => {
  const plain = text(50);
  const stored = compress[codec](plain);
  const other = compress[codec](Buffer.from('{"b":2}\n'));
  const nothing = compress[codec](Buffer.alloc(0));

  it.each<[what: string, members: Buffer[], bytes: Buffer]>([
    ['one', [stored], plain],
    ['several', [stored, other, stored], Buffer.concat([plain, Buffer.from('{"b":2}\n'), plain])],
    ['an empty', [nothing], Buffer.alloc(0)],
    ['an empty one among several', [nothing, other, nothing, other], Buffer.from('{"b":2}\n{"b":2}\n')],
  ])(
    'gives the bytes of %s member or frame, wherever the stored bytes are cut',
    async (_, members, bytes) => {
      const all = Buffer.concat(members);
      for (let at = 0; at <= all.length; at++) {
        expect((await decompress(codec, cut(all, [at]))).equals(bytes)).toBe(true);
      }
      const single = Array.from(all, (_byte, index) => all.subarray(index, index + 1));
      expect((await decompress(codec, single)).equals(bytes)).toBe(true);
    },
  );

  it('gives the bytes of any members in any chunks', async () => {
    const member = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 0, max: 20_000 }).map((length) =>
        text(1)
          .subarray(0, 30)
          .toString()
          .repeat(length / 30),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 3_000 }), { maxLength: 8 }),
        async (members, places) => {
          const plains = members.map((bytes) => Buffer.from(bytes));
          const all = Buffer.concat(plains.map((bytes) => compress[codec](bytes)));
          const got = await decompress(codec, cut(all, places));
          expect(got.equals(Buffer.concat(plains))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives bytes that do not shrink, over many chunks', async () => {
    const bytes = randomBytes(3 * MIB);
    const all = compress[codec](bytes);
    expect((await decompress(codec, cut(all, [MIB, 2 * MIB]))).equals(bytes)).toBe(true);
  });

  it('gives the first bytes before the last ones have come', async () => {
    const bytes = randomBytes(2 * MIB);
    const all = compress[codec](bytes);
    const decompressor = new Decompressor(codec, all.length);
    const out: Buffer[] = [];
    for await (const chunk of decompressor.push(all.subarray(0, MIB))) out.push(chunk);
    decompressor.destroy();
    const got = Buffer.concat(out);
    expect(got.length).toBeGreaterThan(MIB / 2);
    expect(got.equals(bytes.subarray(0, got.length))).toBe(true);
  });

  it('failures 11: is refused where it is cut at any byte', async () => {
    for (let length = 1; length < stored.length; length++) {
      await expect(decompress(codec, [stored.subarray(0, length)])).rejects.toBeInstanceOf(
        CorruptCompression,
      );
    }
  });

  it('failures 11: is refused where a later member or frame is cut at any byte', async () => {
    for (let length = 1; length < other.length; length++) {
      const cutOne = other.subarray(0, length);
      await expect(decompress(codec, [Buffer.concat([stored, cutOne])])).rejects.toBeInstanceOf(
        CorruptCompression,
      );
      await expect(decompress(codec, [stored, cutOne])).rejects.toBeInstanceOf(CorruptCompression);
    }
  });

  it.each([
    ['no compressed bytes', Buffer.from('{"a":1}\n')],
    ['one byte', Buffer.from('x')],
    ['zero bytes', Buffer.alloc(16)],
  ])('is refused where it is %s', async (_, bytes) => {
    await expect(decompress(codec, [bytes])).rejects.toBeInstanceOf(CorruptCompression);
  });

  it.each([
    ['rubbish', Buffer.from('rubbish and more of it')],
    ['one byte of rubbish', Buffer.from('x')],
    ['zero bytes', Buffer.alloc(512)],
    ['one zero byte', Buffer.alloc(1)],
    ['a member or frame behind zero bytes', Buffer.concat([Buffer.alloc(512), other])],
    ['a member or frame behind rubbish', Buffer.concat([Buffer.from('rubbish'), other])],
  ])('is refused with %s behind it, in the same chunk or in one of its own', async (_, behind) => {
    await expect(decompress(codec, [Buffer.concat([stored, behind])])).rejects.toBeInstanceOf(
      CorruptCompression,
    );
    await expect(decompress(codec, [stored, behind])).rejects.toBeInstanceOf(CorruptCompression);
    await expect(decompress(codec, [stored, ...cut(behind, [1])])).rejects.toBeInstanceOf(CorruptCompression);
  });
});

describe('a gzip shard with a flipped byte', () => {
  it('is refused by its own checksum', async () => {
    const stored = gzipSync(text(50));
    stored[stored.length - 6]! ^= 1;
    await expect(decompress('gzip', [stored])).rejects.toBeInstanceOf(CorruptCompression);
  });
});

function frame(windowLog: number): Buffer {
  const params = {
    [constants.ZSTD_c_windowLog]: windowLog,
    [constants.ZSTD_c_contentSizeFlag]: 0,
  };
  return zstdCompressSync(Buffer.alloc(9 * MIB, '{"a":1}\n'), { params });
}

describe('a zstd frame', () => {
  it('is read with a window of 8 MiB', async () => {
    // The size is far above the ratio of a bomb, which is another rule.
    expect(await decompress('zstd', [frame(23)])).toHaveLength(9 * MIB);
  });

  it('failures 11: is refused with a window of 128 MiB', async () => {
    await expect(decompress('zstd', [frame(27)])).rejects.toBeInstanceOf(CorruptCompression);
  });
});

describe('a bomb', () => {
  const GIB = 1024 * MIB;
  const bombs = new Map<Codec, Buffer>();

  beforeAll(async () => {
    const zeros = Buffer.alloc(8 * MIB);
    const engines = { gzip: createGzip({ level: 1 }), zstd: createZstdCompress() };
    await Promise.all(
      CODECS.map(async (codec) => {
        const engine = engines[codec];
        const out: Buffer[] = [];
        engine.on('data', (chunk: Buffer) => out.push(chunk));
        for (let size = 0; size < GIB; size += zeros.length) {
          if (!engine.write(zeros)) await once(engine, 'drain');
        }
        engine.end();
        await once(engine, 'end');
        bombs.set(codec, Buffer.concat(out));
      }),
    );
  });

  it.each(CODECS)(
    'failures 11: of 1 GiB of zeros in %s is refused at 64 MiB or 200 times its size',
    async (codec) => {
      const stored = bombs.get(codec)!;
      expect(stored.length).toBeLessThan(8 * MIB);
      const decompressor = new Decompressor(codec, stored.length);
      let produced = 0;
      const all = (async () => {
        for await (const bytes of decompressor.push(stored)) produced += bytes.length;
      })();
      await expect(all).rejects.toBeInstanceOf(CorruptCompression);
      decompressor.destroy();
      const limit = Math.max(64 * MIB, 200 * stored.length);
      expect(produced).toBeLessThanOrEqual(limit);
      expect(produced).toBeGreaterThan(limit - MIB);
    },
  );

  it('is not what shrinks a lot and is small', async () => {
    const zeros = Buffer.alloc(32 * MIB);
    for (const codec of CODECS) {
      const stored = compress[codec](zeros);
      expect(zeros.length / stored.length).toBeGreaterThan(200);
      expect(await decompress(codec, [stored])).toHaveLength(zeros.length);
    }
  });
});
