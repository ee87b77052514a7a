import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LOG_FORMATS } from '../encoders/formats.js';
import { MAX_PARTS, MIN_PART_BYTES, planForCompressed, planParts } from './part-size.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;

function totals(plainBytes: number, compressedBytes = 0, shards = 1) {
  return { shards, plainBytes, compressedBytes };
}

const partSize = (...log: Parameters<typeof planParts>) => planParts(...log).partBytes;

describe('the size of a part', () => {
  it.each([
    ['a log just as large', totals(8 * MIB, 0, 12)],
    ['compressed shards of unknown size', totals(0, 1, 1)],
    ['a log of gigabytes', totals(50 * GIB, 0, 5_000)],
    ['compressed gigabytes', totals(0, 2 * GIB, 5_000)],
  ])('is 8 MiB for %s', (_, log) => {
    for (const format of LOG_FORMATS) expect(partSize(log, format)).toBe(MIN_PART_BYTES);
    expect(MIN_PART_BYTES).toBe(8 * MIB);
  });

  it.each([
    ['jsonl', totals(0, 0, 0), 1],
    ['jsonl', totals(4_800_000, 0, 12), 4_800_012],
    ['json', totals(4_800_000, 0, 12), 6_400_019],
  ] as const)('is the whole %s log where that is sure to be smaller', (format, log, size) => {
    expect(planParts(log, format)).toEqual({ partBytes: size, isWholeLog: true });
  });

  it('is that of compressed shards once one has turned out to be', () => {
    expect(planForCompressed(totals(4_800_000, 0, 12), 'jsonl')).toEqual({
      partBytes: MIN_PART_BYTES,
      isWholeLog: false,
    });
    expect(planForCompressed(totals(TIB, TIB), 'json')).toEqual(planParts(totals(0, 2 * TIB), 'json'));
  });

  it('is a 9,000th of a larger log, in whole MiB', () => {
    expect(partSize(totals(9_000 * 100 * MIB - 1), 'jsonl')).toBe(100 * MIB);
    expect(partSize(totals(9_000 * 100 * MIB), 'jsonl')).toBe(101 * MIB);
  });

  it('counts compressed shards with 20 times their size', () => {
    expect(partSize(totals(0, TIB), 'jsonl')).toBe(partSize(totals(20 * TIB), 'jsonl'));
    expect(partSize(totals(TIB, TIB), 'json')).toBe(partSize(totals(21 * TIB), 'json'));
  });

  /**
   * The longest log that plain shards can make. In lines, a LF for each shard that lacks its last one. In an
   * array, a comma for each event, of which the shortest is `{}` and LF, and the brackets.
   */
  const longest = {
    jsonl: (bytes: number, shards: number) => bytes + shards,
    json: (bytes: number, shards: number) => {
      const withNewlines = bytes + shards;
      return withNewlines + Math.ceil(withNewlines / 3) + 3;
    },
  };

  it.each(LOG_FORMATS)('never needs more than 10,000 parts for plain shards in %s', (format) => {
    const shards = fc.integer({ min: 1, max: 1_000_000 });
    const bytes = fc.oneof(
      fc.integer({ min: 1, max: 200 * GIB }),
      fc.integer({ min: 70 * GIB, max: 45 * TIB }),
      // Around the sizes at which the part grows.
      fc
        .tuple(fc.integer({ min: 8, max: 4_000 }), fc.integer({ min: -2, max: 2 }))
        .map(([mib, more]) => 9_000 * mib * MIB + more),
    );
    fc.assert(
      fc.property(bytes, shards, (plainBytes, count) => {
        const part = partSize(totals(plainBytes, 0, count), format);
        expect(Math.ceil(longest[format](plainBytes, count) / part)).toBeLessThanOrEqual(MAX_PARTS);
      }),
      { numRuns: 2_000 },
    );
    expect(MAX_PARTS).toBe(10_000);
  });
});
