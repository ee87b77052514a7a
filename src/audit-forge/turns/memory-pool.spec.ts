import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryPool, type Lease } from './memory-pool.js';
import { roomFor } from './slabs.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const owner = { caller: 'a', export: '1' };
const never = new AbortController().signal;

describe('what memory counts as', () => {
  it.each([
    [1, 4 * KIB],
    [4 * KIB, 4 * KIB],
    [4 * KIB + 1, 8 * KIB],
    [400_000, 512 * KIB],
    [8 * MIB, 8 * MIB],
    [8 * MIB + 1, 16 * MIB],
    [107 * MIB, 112 * MIB],
  ])('%d bytes count as %d', (size, room) => {
    expect(roomFor(size)).toBe(room);
  });
});

/** Where a lease lies, so that two can be held against each other. */
function range({ bytes }: Lease): { buffer: ArrayBufferLike; start: number; end: number } {
  return { buffer: bytes.buffer, start: bytes.byteOffset, end: bytes.byteOffset + bytes.length };
}

function overlap(a: Lease, b: Lease): boolean {
  const [left, right] = [range(a), range(b)];
  return left.buffer === right.buffer && left.start < right.end && right.start < left.end;
}

describe('a pool of memory', () => {
  it('lends exactly what was asked for, and the same memory again', async () => {
    const pool = new MemoryPool(16 * MIB);
    const first = await pool.take(10_000, owner, never);
    expect(first.bytes).toHaveLength(10_000);
    expect(pool.inUse).toBe(16 * KIB);
    const place = range(first);
    first.release();
    const second = await pool.take(10_000, owner, never);
    expect(range(second)).toEqual(place);
    expect(pool.held).toBe(8 * MIB);
  });

  it('has as many whole slabs as fit into what it was given', () => {
    expect(new MemoryPool(37.5 * MIB).capacity).toBe(32 * MIB);
  });

  it('takes memory back once, however often it is released', () => {
    const pool = new MemoryPool(8 * MIB);
    const lease = pool.tryTake(4 * MIB, owner)!;
    lease.release();
    lease.release();
    expect(pool.inUse).toBe(0);
    const [a, b] = [pool.tryTake(4 * MIB, owner)!, pool.tryTake(4 * MIB, owner)!];
    expect(overlap(a, b)).toBe(false);
  });

  it('waits while all is lent', async () => {
    const pool = new MemoryPool(8 * MIB);
    const lease = await pool.take(8 * MIB, owner, never);
    const waiting = pool.take(5 * KIB, owner, never);
    expect(pool.queued).toBe(1);
    lease.release();
    expect((await waiting).bytes).toHaveLength(5 * KIB);
  });

  it('waits for memory in one piece, which nobody passes', async () => {
    const pool = new MemoryPool(16 * MIB);
    const small = Array.from({ length: 3 }, () => pool.tryTake(4 * MIB, owner)!);
    // One slab is full, and of the other one half: 4 MiB are free, in a slab that is not.
    const large = pool.take(8 * MIB, owner, never);
    const next = pool.take(4 * KIB, owner, never);
    expect(pool.queued).toBe(2);
    small[0]!.release();
    expect(pool.queued).toBe(2);
    small[1]!.release();
    expect((await large).bytes).toHaveLength(8 * MIB);
    expect((await next).bytes).toHaveLength(4 * KIB);
  });

  it('lends more than a slab in one piece, in place of as many slabs', async () => {
    const pool = new MemoryPool(40 * MIB);
    const slabs = Array.from({ length: 5 }, () => pool.tryTake(8 * MIB, owner)!);
    for (const lease of slabs.slice(1)) lease.release();
    const large = pool.tryTake(25 * MIB, owner)!;
    expect(large.bytes).toHaveLength(25 * MIB);
    expect([pool.inUse, pool.held]).toEqual([40 * MIB, 40 * MIB]);
    expect(pool.tryTake(1, owner)).toBeUndefined();
    large.release();
    expect(pool.tryTake(8 * MIB, owner)!.bytes).toHaveLength(8 * MIB);
    expect(pool.held).toBeLessThanOrEqual(40 * MIB);
  });

  it('holds no more than its capacity and lends nothing twice, whatever sizes come and go', async () => {
    const capacity = 24 * MIB;
    const size = fc.oneof(
      fc.integer({ min: 1, max: 64 * KIB }),
      fc.integer({ min: 1, max: 8 * MIB }),
      fc.integer({ min: 8 * MIB, max: capacity }),
    );
    const steps = fc.array(fc.tuple(size, fc.nat({ max: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (sizes) => {
        const pool = new MemoryPool(capacity);
        const lent: Lease[] = [];
        for (const [bytes, back] of sizes) {
          if (back < 3) lent.splice(back, 1)[0]?.release();
          const lease = pool.tryTake(bytes, owner);
          if (lease !== undefined) {
            expect(lease.bytes).toHaveLength(bytes);
            expect(lent.some((other) => overlap(other, lease))).toBe(false);
            lent.push(lease);
          }
          expect(pool.held).toBeLessThanOrEqual(capacity);
          expect(pool.inUse).toBe(lent.reduce((sum, { bytes: { length } }) => sum + roomFor(length), 0));
        }
        for (const lease of lent) lease.release();
        // All halves have found together again.
        expect(pool.tryTake(capacity, owner)).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
