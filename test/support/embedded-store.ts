import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedS3, type ObservedRequest } from '../../src/embedded-s3/embedded-s3.js';
import type { StoreUnderTest } from '../contracts/store-under-test.js';

const CREDENTIALS = {
  accessKeyId: 'AKIAEMBEDDEDCONTRACT',
  secretAccessKey: 'a secret for the contract only',
};
const ACCOUNT_ID = '111122223333';

export interface EmbeddedStore extends StoreUnderTest {
  /** Every request whose signature held, oldest first. */
  requests: ObservedRequest[];
}

/** An embedded store of its own, in a temporary folder that goes with it. */
export async function openEmbeddedStore(
  options: { clock?: () => Date; region?: string } = {},
): Promise<EmbeddedStore> {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-s3-'));
  const requests: ObservedRequest[] = [];
  const s3 = await EmbeddedS3.start({
    dir,
    ...CREDENTIALS,
    accountId: ACCOUNT_ID,
    onRequest: (request) => requests.push(request),
    ...options,
  });
  let buckets = 0;
  return {
    requests,
    config: {
      endpoint: s3.endpoint,
      region: options.region ?? 'us-east-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
    },
    capabilities: {
      conditionalWrites: true,
      checksums: true,
      trailers: true,
      versioning: true,
      partCopy: true,
      minimumPartSize: 5 * 2 ** 20,
      encryptionConfig: true,
      publicAccessBlock: true,
      ownerAccountId: ACCOUNT_ID,
    },
    makeBucket: async (bucketOptions) => {
      const name = `contract-${++buckets}`;
      s3.createBucket(name, bucketOptions);
      return name;
    },
    close: async () => {
      await s3.close();
      await rm(dir, { recursive: true });
    },
  };
}
