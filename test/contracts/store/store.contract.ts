import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeAccess } from './access.contract.js';
import { describeBuckets } from './buckets.contract.js';
import { describeLinks } from './links.contract.js';
import { describeListing } from './listing.contract.js';
import { describeMultipart } from './multipart.contract.js';
import { describeReading } from './reading.contract.js';
import { Contract, type StoreUnderTest } from '../store-under-test.js';
import { describeVersioning } from './versioning.contract.js';
import { describeWriting } from './writing.contract.js';

/** All that the service relies on from a store, through the AWS SDK and plain HTTP only. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let opened: Contract | undefined;
    const contract = (): Contract => opened!;
    beforeAll(async () => {
      opened = new Contract(await open());
    });
    afterAll(() => opened?.close());

    describe('buckets', () => describeBuckets(contract));
    describe('listing', () => describeListing(contract));
    describe('reading', () => describeReading(contract));
    describe('writing', () => describeWriting(contract));
    describe('multipart', () => describeMultipart(contract));
    describe('versioning', () => describeVersioning(contract));
    describe('links', () => describeLinks(contract));
    describe('access', () => describeAccess(contract));
  });
}
