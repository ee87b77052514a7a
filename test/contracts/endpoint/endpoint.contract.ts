import { afterAll, beforeAll, describe } from '@jest/globals';
import { Service } from '../../support/service.js';
import type { StoreUnderTest } from '../store-under-test.js';
import type { Bench } from './bench.js';
import { describeBytes } from './bytes.contract.js';
import { describeEngagements } from './engagements.contract.js';
import { describeFailures } from './failures.contract.js';
import { describeLinks } from './links.contract.js';
import { describePlatformCases } from './platform-cases.contract.js';
import { describeSignedUrl } from './signed-url.contract.js';
import { describeStream } from './stream.contract.js';

/** The endpoint's promises as far as they depend on the store, the same on every store. */
export function describeEndpointContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`endpoint on ${name}`, () => {
    const bench = {} as Bench;
    beforeAll(async () => {
      bench.store = await open();
      bench.service = await Service.start({ store: bench.store });
    });
    afterAll(async () => {
      await bench.service.close();
      await bench.store.close();
    });

    describePlatformCases(bench);
    describeStream(bench);
    describeSignedUrl(bench);
    describeBytes(bench);
    describeEngagements(bench);
    describeLinks(bench);
    describeFailures(bench);
  });
}
