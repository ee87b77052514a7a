import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Turns, type TurnOwner } from './turns.js';

const never = new AbortController().signal;

/** `a1` is export 1 of caller a. */
const owner = (name: string): TurnOwner => ({ caller: name[0]!, export: name });

/** Takes turns under names and notes who was served, in order. */
class Queue {
  readonly served: string[] = [];
  private readonly releases = new Map<string, Array<() => void>>();

  constructor(readonly turns: Turns) {}

  async take(name: string, weight = 1, signal = never): Promise<void> {
    const release = await this.turns.take(weight, owner(name), signal);
    this.served.push(name);
    this.releases.set(name, [...(this.releases.get(name) ?? []), release]);
  }

  giveBack(name: string): void {
    this.releases.get(name)!.shift()!();
  }

  /** Gives back what was served, in that order, until nobody is served any more. */
  async serveAll(): Promise<string[]> {
    await microtasks();
    for (let at = 0; at < this.served.length; at++) {
      this.giveBack(this.served[at]!);
      await microtasks();
    }
    return this.served;
  }
}

async function microtasks(): Promise<void> {
  await new Promise(setImmediate);
}

describe('turns', () => {
  it('are given at once while there is room, and counted', async () => {
    const turns = new Turns(3);
    const release = await turns.take(2, owner('a1'), never);
    expect([turns.inUse, turns.queued]).toEqual([2, 0]);
    const other = turns.take(2, owner('b1'), never);
    expect([turns.inUse, turns.queued]).toEqual([2, 1]);
    release();
    (await other)();
    expect([turns.inUse, turns.queued]).toEqual([0, 0]);
  });

  it('are given back once, however often that is said', async () => {
    const turns = new Turns(4);
    await turns.take(2, owner('a1'), never);
    const release = await turns.take(2, owner('a1'), never);
    release();
    release();
    expect(turns.inUse).toBe(2);
  });

  it.each<[rule: string, asked: string[], served: string[]]>([
    ['go round by caller', ['a1', 'a1', 'a1', 'b1', 'c1'], ['a1', 'b1', 'c1', 'a1', 'a1']],
    ['go round by the exports of a caller', ['a1', 'a1', 'a2', 'a3'], ['a1', 'a2', 'a3', 'a1']],
    ['go by caller first, then by export', ['a1', 'a2', 'a3', 'b1', 'b1'], ['a1', 'b1', 'a2', 'b1', 'a3']],
    ['go in order within an export', ['a1', 'a1'], ['a1', 'a1']],
  ])('%s', async (_, asked, served) => {
    const queue = new Queue(new Turns(1));
    await queue.take('x1');
    for (const name of asked) void queue.take(name);
    expect(await queue.serveAll()).toEqual(['x1', ...served]);
  });

  it('are not given past the one whose turn it is, however little the next one asks for', async () => {
    const queue = new Queue(new Turns(10));
    await queue.take('a1', 6);
    await queue.take('a2', 2);
    void queue.take('b1', 8);
    void queue.take('c1', 1);
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2']);
    queue.giveBack('a1');
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2', 'b1']);
    queue.giveBack('a2');
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  it('are refused above the whole capacity, which no wait would mend', async () => {
    const turns = new Turns(10);
    await expect(turns.take(11, owner('a1'), never)).rejects.toThrow(RangeError);
    expect([turns.inUse, turns.queued]).toEqual([0, 0]);
    await expect(turns.take(10, owner('a1'), never)).resolves.toBeDefined();
  });
});

describe('a turn that is aborted', () => {
  const gone = new Error('the client has gone away');

  it('is not waited for any more, and lets those behind it pass', async () => {
    const queue = new Queue(new Turns(10));
    await queue.take('a1', 5);
    const client = new AbortController();
    const aborted = queue.take('b1', 10, client.signal);
    void queue.take('c1', 5);
    await microtasks();
    expect(queue.served).toEqual(['a1']);
    client.abort(gone);
    await expect(aborted).rejects.toBe(gone);
    await microtasks();
    expect(queue.served).toEqual(['a1', 'c1']);
    expect(queue.turns.queued).toBe(0);
  });

  it('is not given where the signal has been aborted before', async () => {
    const turns = new Turns(10);
    await expect(turns.take(1, owner('a1'), AbortSignal.abort(gone))).rejects.toBe(gone);
    expect([turns.inUse, turns.queued]).toEqual([0, 0]);
  });

  it('stays held where it has been given', async () => {
    const turns = new Turns(1);
    const client = new AbortController();
    const release = await turns.take(1, owner('a1'), client.signal);
    client.abort(gone);
    expect(turns.inUse).toBe(1);
    release();
    expect(turns.inUse).toBe(0);
  });
});

describe('a turn that is only tried for', () => {
  it('is given where there is room and nobody waits', () => {
    const turns = new Turns(3);
    const release = turns.tryTake(3, owner('a1'));
    expect(release).toBeDefined();
    expect(turns.tryTake(1, owner('b1'))).toBeUndefined();
    release!();
    expect(turns.inUse).toBe(0);
    expect(turns.tryTake(4, owner('a1'))).toBeUndefined();
  });

  it('does not pass somebody who waits', async () => {
    const turns = new Turns(10);
    await turns.take(6, owner('a1'), never);
    void turns.take(8, owner('b1'), never);
    expect(turns.tryTake(1, owner('c1'))).toBeUndefined();
    expect(turns.inUse).toBe(6);
  });
});

describe('the share of one caller', () => {
  const half = { shareWhileOthersWait: 0.5 };

  it('is everything while nobody else waits', async () => {
    const queue = new Queue(new Turns(4, half));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void queue.take(name);
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2', 'a3', 'a4']);
    queue.giveBack('a1');
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('is at most half while others wait', async () => {
    const queue = new Queue(new Turns(4, half));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'b2', 'b3']) void queue.take(name);
    await microtasks();
    expect(queue.served).toEqual(['a1', 'a2', 'a3', 'a4']);
    for (const name of ['a1', 'a2']) queue.giveBack(name);
    await microtasks();
    // The other caller comes to its half, although the first one asked earlier.
    expect(queue.served.slice(4)).toEqual(['b1', 'b2']);
    queue.giveBack('a3');
    await microtasks();
    expect(queue.served.slice(6)).toEqual(['a5']);
  });

  it('lets one through that is heavier than half', async () => {
    const queue = new Queue(new Turns(4, half));
    await queue.take('x1', 4);
    void queue.take('a1', 3);
    void queue.take('b1', 1);
    queue.giveBack('x1');
    await microtasks();
    expect(queue.served).toEqual(['x1', 'a1', 'b1']);
  });
});

describe('whatever is asked for', () => {
  const ask = fc.record({
    name: fc.constantFrom('a1', 'a2', 'a3', 'b1', 'b2', 'c1'),
    weight: fc.integer({ min: 1, max: 10 }),
    aborts: fc.boolean(),
  });

  it.each([{}, { shareWhileOthersWait: 0.5 }])(
    'no more than the capacity is in use, and everyone is served in the end: %j',
    async (options) => {
      await fc.assert(
        fc.asyncProperty(fc.array(ask, { maxLength: 40 }), fc.scheduler(), async (asks, scheduler) => {
          const turns = new Turns(10, options);
          let inUse = 0;
          const outcomes = asks.map(async ({ name, weight, aborts }) => {
            const client = new AbortController();
            if (aborts)
              void scheduler.schedule(Promise.resolve()).then(() => client.abort(new Error('gone')));
            try {
              const release = await turns.take(weight, owner(name), client.signal);
              inUse += weight;
              expect(turns.inUse).toBeLessThanOrEqual(turns.capacity);
              // What is held here has been given out; what was given out may not have arrived here yet.
              expect(inUse).toBeLessThanOrEqual(turns.inUse);
              await scheduler.schedule(Promise.resolve());
              inUse -= weight;
              release();
              return 'served';
            } catch (error) {
              if ((error as Error).message !== 'gone') throw error;
              return 'gone';
            }
          });
          const all = await scheduler.waitFor(Promise.all(outcomes));
          for (const [index, outcome] of all.entries()) {
            if (!asks[index]!.aborts) expect(outcome).toBe('served');
          }
          expect([turns.inUse, turns.queued]).toEqual([0, 0]);
        }),
        { numRuns: 200 },
      );
    },
  );

  describe('that leave room', () => {
    const always = 2;
    const take = (turns: Turns, name: string, weight: number) => turns.tryTake(weight, owner(name));

    it('give an export no more than is free then', () => {
      const turns = new Turns(16, { leaveRoomBut: always });
      expect(take(turns, 'a1', 8)).toBeDefined();
      expect(take(turns, 'a1', 1)).toBeUndefined();
      expect(take(turns, 'b1', 4)).toBeDefined();
      expect(take(turns, 'b1', 1)).toBeUndefined();
      expect(take(turns, 'c1', 2)).toBeDefined();
    });

    it('give a caller with all its exports no more than is free then', () => {
      const turns = new Turns(16, { leaveRoomBut: always });
      for (const name of ['a1', 'a2']) expect(take(turns, name, 4)).toBeDefined();
      expect(take(turns, 'a3', 4)).toBeUndefined();
      expect(take(turns, 'b1', 4)).toBeDefined();
      expect(take(turns, 'c1', 4)).toBeDefined();
    });

    it('give every export a little, whatever its caller holds', () => {
      const turns = new Turns(16, { leaveRoomBut: always });
      for (const name of ['a1', 'a2']) expect(take(turns, name, 4)).toBeDefined();
      expect(take(turns, 'a3', 2)).toBeDefined();
      expect(take(turns, 'a3', 1)).toBeUndefined();
      expect(take(turns, 'a4', 1)).toBeDefined();
      expect(take(turns, 'a4', 1)).toBeDefined();
    });

    it('are given to who waits once there is enough room again', async () => {
      const turns = new Turns(16, { leaveRoomBut: always });
      const release = take(turns, 'a1', 8)!;
      let served = false;
      void turns.take(8, owner('a2'), never).then(() => (served = true));
      await microtasks();
      expect(served).toBe(false);
      release();
      await microtasks();
      expect(served).toBe(true);
    });
  });
});
