import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { StoreUnderTest } from '../../contracts/store-under-test.js';
import type { StoreCall } from './store-thread.js';

export interface StoreInThread extends StoreUnderTest {
  forget(): void;
}

/** The embedded store in a thread of its own: it is half of all the work, and its memory is none of the service's. */
export async function openStoreInThread(): Promise<StoreInThread> {
  const worker = new Worker(new URL('./store-thread.js', import.meta.url));
  // A thread is no window, and has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const call = (message: StoreCall) => worker.postMessage(message);
  const [opened] = (await once(worker, 'message')) as [Pick<StoreUnderTest, 'config' | 'capabilities'>];
  return {
    ...opened,
    makeBucket: async ({ versioned = false } = {}) => {
      call({ call: 'makeBucket', versioned });
      const [name] = (await once(worker, 'message')) as [string];
      return name;
    },
    forget: () => call({ call: 'forget' }),
    close: async () => {
      const ended = once(worker, 'exit');
      call({ call: 'close' });
      await ended;
    },
  };
}
