import { describe, expect, it } from '@jest/globals';
import { Turns } from '../turns/turns.js';
import { PartMemory } from './part-memory.js';

const owner = { caller: 'admin:ops', export: '1' };
const signal = new AbortController().signal;

describe('the memory of the parts of one export', () => {
  it('is one part from the start, and up to four while the budget has room', async () => {
    const turns = new Turns(6);
    const memory = await PartMemory.open(turns, 1, owner, signal);
    expect(turns.inUse).toBe(1);
    expect([1, 2, 3, 4].map(() => memory.take()?.length)).toEqual([1, 1, 1, 1]);
    expect(memory.take()).toBeUndefined();
    memory.close();
    expect(turns.inUse).toBe(0);
  });

  it('takes no further part where others wait or there is no room, and uses its own again', async () => {
    const turns = new Turns(2);
    const memory = await PartMemory.open(turns, 2, owner, signal);
    const part = memory.take()!;
    expect(memory.take()).toBeUndefined();
    memory.giveBack(part);
    expect(memory.take()).toBe(part);
    memory.close();
  });

  it('says how large the budget must be where not even one part fits', async () => {
    await expect(PartMemory.open(new Turns(10), 25, owner, signal)).rejects.toMatchObject({
      code: 'internal_error',
      context: { reason: expect.stringContaining('AUDITFORGE_MEMORY_BUDGET_MIB 3 times') },
    });
  });
});
