import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedS3 } from '../../src/embedded-s3/embedded-s3.js';
import { describeStoreContract } from './store.contract.js';

describeStoreContract('embedded', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-s3-'));
  const credentials = {
    accessKeyId: 'AKIAEMBEDDEDCONTRACT',
    secretAccessKey: 'a secret for the contract only',
  };
  const s3 = await EmbeddedS3.start({ dir, ...credentials, accountId: '111122223333' });
  let buckets = 0;
  return {
    config: { endpoint: s3.endpoint, region: 'us-east-1', credentials, forcePathStyle: true },
    capabilities: {
      conditionalWrites: true,
      checksums: true,
      trailers: true,
      versioning: true,
      partCopy: true,
      minimumPartSize: 5 * 2 ** 20,
      encryptionConfig: true,
      publicAccessBlock: true,
      ownerAccountId: '111122223333',
    },
    makeBucket: async (options) => {
      const name = `contract-${++buckets}`;
      s3.createBucket(name, options);
      return name;
    },
    close: async () => {
      await s3.close();
      await rm(dir, { recursive: true });
    },
  };
});
