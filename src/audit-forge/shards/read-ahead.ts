/** What an item needs to be worked on. */
export interface Admission {
  release(): void;
}

/** How far reading may run ahead of who takes the results. */
export interface ReadAheadLimits<T> {
  items: number;
  /** As `items`, but until the first result has come (default: the same). */
  firstItems?: number;
  weight: number;
  weightOf: (item: T) => number;
}

/**
 * Starts work on items ahead of time and yields the results in the items' order. An item's weight counts
 * until the result after it is asked for: then its receiver is done with it.
 *
 * Whatever way it ends (done, failed, left by its receiver), `start` has been told to stop by its signal, and
 * has stopped, before the generator returns.
 */
export async function* readAhead<T, A extends Admission, R>(
  items: AsyncIterable<T>,
  limits: ReadAheadLimits<T>,
  admit: (item: T, signal: AbortSignal) => Promise<A>,
  start: (item: T, admission: A, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const started: Array<{ result: Promise<R>; weight: number; admission: A }> = [];
  let inHand = { items: 0, weight: 0 };
  let changed = Promise.withResolvers<void>();
  const notify = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  stopped.addEventListener('abort', notify, { once: true });

  let maxItems = limits.firstItems ?? limits.items;
  const isFull = (weight: number) =>
    inHand.items > 0 && (inHand.items >= maxItems || inHand.weight + weight > limits.weight);

  async function feed(): Promise<void> {
    for await (const item of items) {
      const weight = limits.weightOf(item);
      while (isFull(weight) && !stopped.aborted) await changed.promise;
      stopped.throwIfAborted();
      const admission = await admit(item, stopped);
      if (stopped.aborted) {
        admission.release();
        // Thrown, since a mere end of the items would look like the end of the log.
        throw stopped.reason;
      }
      const result = start(item, admission, stopped);
      // It is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      started.push({ result, weight, admission });
      inHand = { items: inHand.items + 1, weight: inHand.weight + weight };
      notify();
    }
  }

  let fed = false;
  let failure: { error: unknown } | undefined;
  const feeding = feed()
    .catch((error: unknown) => (failure = { error }))
    .finally(() => {
      fed = true;
      notify();
    });

  try {
    for (;;) {
      const next = started[0];
      if (next !== undefined) {
        const result = await next.result;
        if (maxItems < limits.items) {
          maxItems = limits.items;
          notify();
        }
        yield result;
        started.shift();
        next.admission.release();
        inHand = { items: inHand.items - 1, weight: inHand.weight - next.weight };
        notify();
      } else if (failure !== undefined) {
        throw failure.error;
      } else if (fed) {
        return;
      } else {
        await changed.promise;
      }
    }
  } finally {
    stop.abort(new Error('reading has ended'));
    stopped.removeEventListener('abort', notify);
    await feeding;
    await Promise.allSettled(started.map(({ result }) => result));
    for (const { admission } of started) admission.release();
  }
}
