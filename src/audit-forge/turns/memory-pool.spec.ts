import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryPool, roomFor, type Lease } from './memory-pool.js';

const KIB = 1024;
const owner = { caller: 'a', export: '1' };
const never = new AbortController().signal;

describe('what memory counts as', () => {
  it.each([
    [1, 4 * KIB],
    [4 * KIB, 4 * KIB],
    [4 * KIB + 1, 5 * KIB],
    [8 * KIB, 8 * KIB],
    [400_000, 448 * KIB],
    [8192 * KIB, 8192 * KIB],
  ])('%d bytes count as %d', (size, room) => {
    expect(roomFor(size)).toBe(room);
  });

  it('is enough and at most a quarter more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4096, max: 2 ** 33 }), (size) => {
        expect(roomFor(size)).toBeGreaterThanOrEqual(size);
        expect(roomFor(size)).toBeLessThanOrEqual(size * 1.25);
      }),
    );
  });
});

describe('a pool of memory', () => {
  it('lends exactly what was asked for, and the same memory again', async () => {
    const pool = new MemoryPool(64 * KIB);
    const first = await pool.take(10_000, owner, never);
    expect(first.bytes).toHaveLength(10_000);
    expect(pool.inUse).toBe(10 * KIB);
    first.release();
    const second = await pool.take(10_200, owner, never);
    expect(second.bytes.buffer).toBe(first.bytes.buffer);
    expect(pool.held).toBe(10 * KIB);
  });

  it('never lends the same memory twice at once', async () => {
    const pool = new MemoryPool(64 * KIB);
    const leases = await Promise.all(Array.from({ length: 8 }, () => pool.take(8 * KIB, owner, never)));
    expect(new Set(leases.map(({ bytes }) => bytes.buffer)).size).toBe(8);
    expect(pool.tryTake(1, owner)).toBeUndefined();
  });

  it('takes memory back once, however often it is released', async () => {
    const pool = new MemoryPool(16 * KIB);
    const lease = await pool.take(8 * KIB, owner, never);
    lease.release();
    lease.release();
    expect(pool.inUse).toBe(0);
    const [a, b] = [pool.tryTake(8 * KIB, owner), pool.tryTake(8 * KIB, owner)];
    expect(a!.bytes.buffer).not.toBe(b!.bytes.buffer);
  });

  it('waits while all is lent', async () => {
    const pool = new MemoryPool(16 * KIB);
    const lease = await pool.take(16 * KIB, owner, never);
    const waiting = pool.take(5 * KIB, owner, never);
    expect(pool.queued).toBe(1);
    lease.release();
    expect((await waiting).bytes).toHaveLength(5 * KIB);
  });

  it('holds no more than its capacity, whatever sizes come and go', async () => {
    const capacity = 256 * KIB;
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: capacity / 2 }), fc.boolean()), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (steps) => {
        const pool = new MemoryPool(capacity);
        const lent: Lease[] = [];
        for (const [size, giveBack] of steps) {
          if (giveBack) lent.shift()?.release();
          const lease = pool.tryTake(size, owner);
          if (lease !== undefined) lent.push(lease);
          expect(pool.held).toBeLessThanOrEqual(capacity);
          expect(pool.inUse).toBe(lent.reduce((sum, { bytes }) => sum + roomFor(bytes.length), 0));
        }
      }),
    );
  });
});
