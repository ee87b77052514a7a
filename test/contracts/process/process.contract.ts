import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import type { StoreUnderTest } from '../store-under-test.js';
import { describeClients } from './clients.contract.js';
import { describeKill } from './kill.contract.js';
import { describeLoad } from './load.contract.js';
import { ProcessBench } from './process-bench.js';
import { describeShutdown } from './shutdown.contract.js';

/** What the service promises as a process, the same on every store. */
export function describeProcessContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`process on ${name}`, () => {
    const bench = new ProcessBench();
    beforeAll(async () => {
      bench.store = await open();
    });
    beforeEach(() => bench.open());
    afterEach(() => bench.close());
    afterAll(() => bench.store.close());

    describeShutdown(bench);
    describeKill(bench);
    describeClients(bench);
    describeLoad(bench);
  });
}
