import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { shardContents } from './shard-content.js';
import type { ShardBytes } from './shard-reader.js';

const MIB = 1024 * 1024;
const PLAIN = Buffer.from('{"a":1}\n{"b":2}\n');

interface Stored {
  key: string;
  segments: Buffer[];
  contentEncoding?: string;
}

async function* handedOn(shards: readonly Stored[]): AsyncGenerator<ShardBytes> {
  for (const { key, segments, contentEncoding } of shards) {
    const shard = { key, size: Buffer.concat(segments).length, etag: '"e"' };
    for (const [index, bytes] of segments.entries()) {
      yield { shard, bytes, contentEncoding, last: index === segments.length - 1 };
    }
  }
}

/** What comes out: text, with `|` where a segment ends and `||` where a shard does. */
async function contentOf(...shards: Stored[]): Promise<string> {
  let out = '';
  for await (const content of shardContents(handedOn(shards))) {
    if ('bytes' in content) out += content.bytes.toString();
    else out += content.end === 'shard' ? '||' : '|';
  }
  return out;
}

const halves = (bytes: Buffer) => [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];

describe('the content of shards', () => {
  it('is the bytes of plain shards, and where segments and shards end', async () => {
    const a = { key: 'a.jsonl', segments: ['{"a"', ':1}\n', '{}'].map((text) => Buffer.from(text)) };
    const b = { key: 'b.jsonl', segments: [Buffer.from('{"b":2}')] };
    expect(await contentOf(a, b)).toBe('{"a"|:1}\n|{}||{"b":2}||');
  });

  it('comes in slices of at most 128 KiB, which are views', async () => {
    const bytes = Buffer.alloc(0.3125 * MIB, 'x');
    const slices: Buffer[] = [];
    for await (const content of shardContents(handedOn([{ key: 'a.jsonl', segments: [bytes] }])))
      if ('bytes' in content) slices.push(content.bytes);
    expect(slices.map(({ length }) => length / MIB)).toEqual([0.125, 0.125, 0.0625]);
    expect(slices.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
  });

  it.each<[what: string, stored: Stored]>([
    ['.jsonl.gz', { key: 'a.jsonl.gz', segments: [gzipSync(PLAIN)] }],
    ['.jsonl.zst', { key: 'a.jsonl.zst', segments: [zstdCompressSync(PLAIN)] }],
    [
      '.jsonl with Content-Encoding gzip',
      { key: 'a.jsonl', segments: [gzipSync(PLAIN)], contentEncoding: 'gzip' },
    ],
    [
      '.jsonl with Content-Encoding GZIP',
      { key: 'a.jsonl', segments: [gzipSync(PLAIN)], contentEncoding: 'GZIP' },
    ],
    [
      '.jsonl with Content-Encoding x-gzip',
      { key: 'a.jsonl', segments: [gzipSync(PLAIN)], contentEncoding: 'x-gzip' },
    ],
    [
      '.jsonl with Content-Encoding zstd',
      { key: 'a.jsonl', segments: [zstdCompressSync(PLAIN)], contentEncoding: 'zstd' },
    ],
    [
      '.jsonl with aws-chunked left on',
      { key: 'a.jsonl', segments: [PLAIN], contentEncoding: 'aws-chunked' },
    ],
    [
      '.jsonl with aws-chunked left on and gzip',
      { key: 'a.jsonl', segments: [gzipSync(PLAIN)], contentEncoding: 'gzip, aws-chunked' },
    ],
    [
      '.jsonl with Content-Encoding identity',
      { key: 'a.jsonl', segments: [PLAIN], contentEncoding: 'identity' },
    ],
    [
      '.jsonl.gz whose encoding says the same again',
      { key: 'a.jsonl.gz', segments: [gzipSync(PLAIN)], contentEncoding: 'gzip' },
    ],
  ])('is decoded: %s', async (_, stored) => {
    expect(await contentOf(stored)).toBe(`${PLAIN.toString()}||`);
  });

  it('is decoded across the segments of a shard, and anew for each shard', async () => {
    const a = { key: 'a.jsonl.gz', segments: halves(gzipSync(PLAIN)) };
    const b = { key: 'b.jsonl', segments: [Buffer.from('{}\n')] };
    const c = { key: 'c.jsonl.zst', segments: halves(zstdCompressSync(PLAIN)) };
    expect((await contentOf(a, b, c, a)).replaceAll(/(?<!\|)\|(?!\|)/g, '')).toBe(
      `${PLAIN.toString()}||{}\n||${PLAIN.toString()}||${PLAIN.toString()}||`,
    );
  });

  it.each(['br', 'deflate', 'gzip, gzip', 'gzip, br', 'utf-8'])(
    'is refused with Content-Encoding %s',
    async (contentEncoding) => {
      const failed = await contentOf({ key: 'a.jsonl', segments: [PLAIN], contentEncoding }).catch(
        (error: unknown) => error,
      );
      expect(failed).toBeInstanceOf(AuditForgeError);
      expect(failed).toMatchObject({ code: 'corrupt_shard', context: { shard: 'a.jsonl' } });
    },
  );

  it.each<[what: string, stored: Stored]>([
    ['a shard that is not what its name says', { key: 'b.jsonl.gz', segments: [PLAIN] }],
    [
      'a shard that is not what its encoding says',
      { key: 'b.jsonl', segments: [PLAIN], contentEncoding: 'gzip' },
    ],
    ['a cut one', { key: 'b.jsonl.zst', segments: [zstdCompressSync(PLAIN).subarray(0, -1)] }],
    ['bytes behind it', { key: 'b.jsonl.gz', segments: [gzipSync(PLAIN), Buffer.from('x')] }],
  ])('is refused, by the name of its shard: %s', async (_, stored) => {
    const good = { key: 'a.jsonl', segments: [PLAIN] };
    await expect(contentOf(good, stored)).rejects.toMatchObject({
      code: 'corrupt_shard',
      context: { shard: stored.key, reason: expect.any(String) },
    });
  });

  it('ends with the failure of reading, as it is', async () => {
    const failure = new Error('the store does not answer');
    async function* failing(): AsyncGenerator<ShardBytes> {
      yield* handedOn([{ key: 'a.jsonl', segments: [PLAIN] }]);
      throw failure;
    }
    await expect(Array.fromAsync(shardContents(failing()))).rejects.toBe(failure);
  });
});
