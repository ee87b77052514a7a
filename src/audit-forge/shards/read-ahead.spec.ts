import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readAhead, type Admission } from './read-ahead.js';

/** Long enough for everything that can go on to have gone on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Work whose items are numbers, each of its own weight, that ends when it is told to. */
class Work {
  admitted = 0;
  released = 0;
  readonly started: number[] = [];
  readonly settled = new Set<number>();
  readonly stopped = new Set<number>();
  private readonly running = new Map<
    number,
    { resolve: (value: string) => void; reject: (error: Error) => void }
  >();

  readonly admit = async (_: number, signal: AbortSignal): Promise<Admission> => {
    signal.throwIfAborted();
    this.admitted++;
    return { release: () => void this.released++ };
  };

  readonly start = (item: number, _: Admission, signal: AbortSignal): Promise<string> => {
    this.started.push(item);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.running.set(item, { resolve, reject });
    const stop = () => {
      this.stopped.add(item);
      // Work takes a moment to stop.
      setImmediate(() => reject(signal.reason as Error));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    return promise.finally(() => {
      this.settled.add(item);
      this.running.delete(item);
    });
  };

  finish(...items: number[]): void {
    for (const item of items) this.running.get(item)!.resolve(`result ${item}`);
  }

  fail(item: number, error: Error): void {
    this.running.get(item)!.reject(error);
  }

  expectAllGivenBack(): void {
    expect(this.running.size).toBe(0);
    expect(this.settled.size).toBe(this.started.length);
    expect(this.released).toBe(this.admitted);
  }
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number;
}

function read(
  work: Work,
  count: number,
  {
    items = 3,
    weight = 100,
    weightOf = () => 1,
    signal = new AbortController().signal,
  }: {
    items?: number;
    weight?: number;
    weightOf?: (item: number) => number;
    signal?: AbortSignal;
  } = {},
) {
  return readAhead(numbers(count), { items, weight, weightOf }, work.admit, work.start, signal);
}

describe('reading ahead', () => {
  it('yields the results in the order of the items, whatever order the work ends in', async () => {
    const work = new Work();
    const results = read(work, 3);
    const first = results.next();
    await settle();
    expect(work.started).toEqual([0, 1, 2]);
    work.finish(2, 1);
    await settle();
    work.finish(0);
    expect((await first).value).toBe('result 0');
    expect((await results.next()).value).toBe('result 1');
    expect((await results.next()).value).toBe('result 2');
    expect(await results.next()).toEqual({ done: true, value: undefined });
    work.expectAllGivenBack();
  });

  it('has no more items in hand than its limit, the one that is being taken included', async () => {
    const work = new Work();
    const results = read(work, 10, { items: 3 });
    const first = results.next();
    await settle();
    expect(work.started).toEqual([0, 1, 2]);
    work.finish(0, 1, 2);
    await first;
    await settle();
    // The receiver is not done with the first one until it asks for the second.
    expect(work.started).toEqual([0, 1, 2]);
    expect(work.released).toBe(0);
    await results.next();
    await settle();
    expect(work.started).toEqual([0, 1, 2, 3]);
    expect(work.released).toBe(1);
    await results.return(undefined);
    work.expectAllGivenBack();
  });

  it('has no more weight in hand than its limit', async () => {
    const work = new Work();
    const results = read(work, 5, { items: 10, weight: 10, weightOf: (item) => [6, 4, 1, 1, 1][item]! });
    const first = results.next();
    await settle();
    expect(work.started).toEqual([0, 1]);
    work.finish(0);
    await first;
    const second = results.next();
    await settle();
    expect(work.started).toEqual([0, 1, 2, 3, 4]);
    work.finish(1, 2, 3, 4);
    await second;
    await results.return(undefined);
    work.expectAllGivenBack();
  });

  it('reads an item that is heavier than the limit, alone', async () => {
    const work = new Work();
    const results = read(work, 3, { items: 10, weight: 10, weightOf: (item) => (item === 1 ? 99 : 1) });
    const first = results.next();
    await settle();
    expect(work.started).toEqual([0]);
    work.finish(0);
    await first;
    const second = results.next();
    await settle();
    expect(work.started).toEqual([0, 1]);
    work.finish(1);
    await second;
    const third = results.next();
    await settle();
    work.finish(2);
    expect((await third).value).toBe('result 2');
    expect((await results.next()).done).toBe(true);
    work.expectAllGivenBack();
  });

  it('keeps order and limits for any weights, any order of endings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.scheduler(),
        async (weights, items, weight, scheduler) => {
          let inHand = 0;
          let weightInHand = 0;
          const admit = async (item: number) => {
            inHand++;
            weightInHand += weights[item]!;
            expect(inHand).toBeLessThanOrEqual(items);
            if (inHand > 1) expect(weightInHand).toBeLessThanOrEqual(weight);
            const release = () => {
              inHand--;
              weightInHand -= weights[item]!;
            };
            return { release };
          };
          const results = readAhead(
            numbers(weights.length),
            { items, weight, weightOf: (item) => weights[item]! },
            admit,
            (item) => scheduler.schedule(Promise.resolve(item)),
            new AbortController().signal,
          );
          const got = await scheduler.waitFor(Array.fromAsync(results));
          expect(got).toEqual(weights.map((_, index) => index));
          expect([inHand, weightInHand]).toEqual([0, 0]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a failure while reading ahead', () => {
  const failure = new Error('the third one fails');

  it('shows in its turn, after the results before it, and ends the rest', async () => {
    const work = new Work();
    const results = read(work, 10, { items: 5 });
    const first = results.next();
    await settle();
    work.fail(2, failure);
    await settle();
    work.finish(0, 1);
    expect((await first).value).toBe('result 0');
    expect((await results.next()).value).toBe('result 1');
    await expect(results.next()).rejects.toBe(failure);
    // Some had begun when it came; they were told to stop, and had stopped before it was thrown.
    expect(work.started.length).toBeGreaterThan(3);
    expect([...work.stopped].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([3, 4]));
    work.expectAllGivenBack();
    expect((await results.next()).done).toBe(true);
  });

  it('of the items shows after all that came before it', async () => {
    const work = new Work();
    async function* failing() {
      yield 0;
      yield 1;
      throw failure;
    }
    const limits = { items: 5, weight: 5, weightOf: () => 1 };
    const results = readAhead(failing(), limits, work.admit, work.start, new AbortController().signal);
    const first = results.next();
    await settle();
    work.finish(0, 1);
    expect((await first).value).toBe('result 0');
    expect((await results.next()).value).toBe('result 1');
    await expect(results.next()).rejects.toBe(failure);
    work.expectAllGivenBack();
  });

  it('to be admitted shows as well', async () => {
    const work = new Work();
    const refuse = () => Promise.reject(failure);
    const limits = { items: 5, weight: 5, weightOf: () => 1 };
    const results = readAhead(numbers(3), limits, refuse, work.start, new AbortController().signal);
    await expect(results.next()).rejects.toBe(failure);
    expect(work.started).toEqual([]);
  });
});

describe('an end of reading ahead before the last item', () => {
  it('comes only when all that was begun has stopped and every admission is given back', async () => {
    const work = new Work();
    const results = read(work, 10, { items: 4 });
    const first = results.next();
    await settle();
    work.finish(0);
    await first;
    expect(work.started).toEqual([0, 1, 2, 3]);
    expect(work.settled.size).toBe(1);
    await results.return(undefined);
    expect([...work.stopped].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([1, 2, 3]));
    work.expectAllGivenBack();
    await settle();
    expect(work.started).toEqual([0, 1, 2, 3]);
  });

  it('also ends a source of items that is not at its end', async () => {
    const work = new Work();
    let closed = false;
    async function* endless() {
      try {
        for (let number = 0; ; number++) yield number;
      } finally {
        closed = true;
      }
    }
    const limits = { items: 2, weight: 5, weightOf: () => 1 };
    for await (const result of readAhead(
      endless(),
      limits,
      work.admit,
      async (item, admission, signal) => (item === 0 ? 'result 0' : work.start(item, admission, signal)),
      new AbortController().signal,
    )) {
      expect(result).toBe('result 0');
      break;
    }
    expect(closed).toBe(true);
    expect(work.released).toBe(work.admitted);
  });

  it('comes with the reason of the signal when that is aborted', async () => {
    const work = new Work();
    const client = new AbortController();
    const gone = new Error('the client has gone away');
    const results = read(work, 10, { items: 3, signal: client.signal });
    const next = results.next();
    await settle();
    client.abort(gone);
    await expect(next).rejects.toBe(gone);
    work.expectAllGivenBack();
  });

  it('is never taken for the end of the items when the signal is aborted as one is admitted', async () => {
    const leave = new AbortController();
    const reason = new Error('the process stops');
    const work = new Work();
    const admitThenStop = async (item: number, signal: AbortSignal) => {
      const release = await work.admit(item, signal);
      leave.abort(reason);
      return release;
    };
    const limits = { items: 4, weight: 4, weightOf: () => 1 };
    const results = readAhead(numbers(3), limits, admitThenStop, work.start, leave.signal);
    await expect(Array.fromAsync(results)).rejects.toBe(reason);
    expect(work.started).toEqual([]);
    work.expectAllGivenBack();
  });

  it('comes at once when the signal is aborted before anything is begun', async () => {
    const work = new Work();
    const gone = new Error('the client has gone away');
    await expect(read(work, 10, { signal: AbortSignal.abort(gone) }).next()).rejects.toBe(gone);
    expect(work.started).toEqual([]);
  });
});
