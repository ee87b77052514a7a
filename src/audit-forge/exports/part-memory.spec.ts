import { describe, expect, it } from '@jest/globals';
import { MemoryPool } from '../turns/memory-pool.js';
import { PartMemory } from './part-memory.js';

const owner = { caller: 'admin:ops', export: '1' };
const signal = new AbortController().signal;

const MIB = 1024 * 1024;

describe('the memory of the parts of one export', () => {
  it('is one part from the start, and up to four while the budget has room', async () => {
    const pool = new MemoryPool(48 * MIB);
    const memory = await PartMemory.open(pool, MIB, owner, signal);
    expect(pool.inUse).toBe(MIB);
    expect([1, 2, 3, 4].map(() => memory.take()?.bytes.length)).toEqual([MIB, MIB, MIB, MIB]);
    expect(memory.take()).toBeUndefined();
    memory.close();
    expect(pool.inUse).toBe(0);
  });

  it('takes no further part where there is no room, and uses its own again', async () => {
    const memory = await PartMemory.open(new MemoryPool(8 * MIB), 8 * MIB, owner, signal);
    const part = memory.take()!;
    expect(memory.take()).toBeUndefined();
    memory.giveBack(part);
    expect(memory.take()).toBe(part);
    memory.close();
  });

  it('goes back but for one part while other exports wait for theirs', async () => {
    const pool = new MemoryPool(24 * MIB);
    const large = await PartMemory.open(pool, 8 * MIB, owner, signal);
    const parts = [large.take()!, large.take()!, large.take()!];
    const small = PartMemory.open(pool, 8 * MIB, { caller: 'session:eve', export: '2' }, signal);
    large.giveBack(parts[0]!);
    expect((await small).take()?.bytes).toHaveLength(8 * MIB);
    large.giveBack(parts[1]!);
    large.giveBack(parts[2]!);
    expect(pool.inUse).toBe(24 * MIB);
    large.close();
    (await small).close();
    expect(pool.inUse).toBe(0);
  });

  it('says how large the budget must be where not even one part fits', async () => {
    await expect(PartMemory.open(new MemoryPool(16 * MIB), 40 * MIB, owner, signal)).rejects.toMatchObject({
      code: 'internal_error',
      context: { reason: expect.stringContaining('AUDITFORGE_MEMORY_BUDGET_MIB 3 times') },
    });
  });
});
