import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { planSegments, SEGMENT_BYTES, type Segment } from './segments.js';
import type { Shard } from './shard.js';

const MIB = 1024 * 1024;

async function plan(sizes: readonly number[]): Promise<{ shards: Shard[]; segments: Segment[] }> {
  const shards = sizes.map((size, index) => ({ key: `${index}.jsonl`, size, etag: `"${index}"` }));
  async function* listed() {
    yield* shards;
  }
  return { shards, segments: await Array.fromAsync(planSegments(listed())) };
}

/** Ranges as [shard, start, end] in MiB. */
async function ranges(...mibs: number[]): Promise<Array<[string, number, number]>> {
  const { segments } = await plan(mibs.map((size) => size * MIB));
  return segments.map(({ shard, start, end }) => [shard.key, start / MIB, end / MIB]);
}

describe('the segments of a log', () => {
  it('are whole shards up to 8 MiB', async () => {
    expect(SEGMENT_BYTES).toBe(8 * MIB);
    expect(await ranges(1, 8, 0.5)).toEqual([
      ['0.jsonl', 0, 1],
      ['1.jsonl', 0, 8],
      ['2.jsonl', 0, 0.5],
    ]);
  });

  it('are 8 MiB ranges of larger ones, with what is left', async () => {
    expect(await ranges(1, 20)).toEqual([
      ['0.jsonl', 0, 1],
      ['1.jsonl', 0, 8],
      ['1.jsonl', 8, 16],
      ['1.jsonl', 16, 20],
    ]);
  });

  it('begin small where the log begins with a large shard, so that its first byte is early', async () => {
    expect(await ranges(16, 9)).toEqual([
      ['0.jsonl', 0, 0.25],
      ['0.jsonl', 0.25, 1.25],
      ['0.jsonl', 1.25, 5.25],
      ['0.jsonl', 5.25, 13.25],
      ['0.jsonl', 13.25, 16],
      ['1.jsonl', 0, 8],
      ['1.jsonl', 8, 9],
    ]);
  });

  it('leave out shards without a byte, which also do not count as its beginning', async () => {
    const [first, ...more] = await ranges(0, 0, 9, 0);
    expect(first).toEqual(['2.jsonl', 0, 0.25]);
    expect(new Set(more.map(([key]) => key))).toEqual(new Set(['2.jsonl']));
    expect(await ranges(0, 0)).toEqual([]);
  });

  it('cover every byte of every shard once, in order, none of them over 8 MiB', async () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 100 * MIB }),
      fc.constantFrom(SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 2 * SEGMENT_BYTES),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 6 }), async (sizes) => {
        const { shards, segments } = await plan(sizes);
        const left = [...segments];
        for (const shard of shards) {
          for (let at = 0; at < shard.size;) {
            const segment = left.shift()!;
            expect(segment.shard).toBe(shard);
            expect(segment.start).toBe(at);
            expect(segment.end).toBeGreaterThan(at);
            expect(segment.end - segment.start).toBeLessThanOrEqual(SEGMENT_BYTES);
            expect(segment.first).toBe(at === 0);
            expect(segment.last).toBe(segment.end === shard.size);
            at = segment.end;
          }
        }
        expect(left).toEqual([]);
      }),
    );
  });
});
