import { parentPort } from 'node:worker_threads';
import { openEmbeddedStore } from '../../support/embedded-store.js';

/** What the program asks of this thread. */
export type StoreCall =
  | { call: 'makeBucket'; versioned: boolean }
  /** The store remembers every request, which nobody here looks at. */
  | { call: 'forget' }
  | { call: 'close' };

const port = parentPort!;
const store = await openEmbeddedStore();
const { config, capabilities } = store;
port.postMessage({ config, capabilities });
port.on('message', (message: StoreCall) => {
  if (message.call === 'forget') store.requests.length = 0;
  else void answer(message);
});

async function answer(message: Exclude<StoreCall, { call: 'forget' }>): Promise<void> {
  if (message.call === 'makeBucket') port.postMessage(await store.makeBucket(message));
  else {
    await store.close();
    port.close();
  }
}
