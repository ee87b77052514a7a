import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import type { StoreCapabilities, StoreUnderTest } from '../contracts/store-under-test.js';

/** Ceph RGW 16.2.15 as measured, and what it does where it lacks something. */
const CAPABILITIES: StoreCapabilities = {
  // Of ten puts at once just one is let through. With versioning, each becomes a version.
  conditionalWrites: 'unversioned puts',
  // Takes a wrong one without a word and gives none back. Content-MD5 is verified, the etag is the MD5.
  checksums: false,
  // 411 before anything is written: bodies need `requestChecksumCalculation: WHEN_REQUIRED`.
  trailers: false,
  versioning: true,
  partCopy: true,
  minimumPartSize: 5 * 2 ** 20,
  // 400 InvalidArgument until a key service is set up.
  encryptionConfig: false,
  // Takes the setting; then every put to the bucket is 403, the owner's too. Uploads in parts still begin.
  publicAccessBlock: false,
  // Has users, no accounts of 12 digits: reads on whatever is expected.
  ownerAccountId: undefined,
  departures: [
    'completion without etag',
    'parts in any order',
    'other codes for a missing upload',
    'careless part copy',
    'silent delete marker',
    'links before their time',
    'public-access blocks by default',
  ],
};

/** Tells the buckets of one run from those of another on the same cluster. */
const RUN = randomBytes(4).toString('hex');
let buckets = 0;

/** The cluster that cluster.sh has started; it stops it, too. */
export async function openCephStore(): Promise<StoreUnderTest> {
  const config = {
    endpoint: setting('TEST_CEPH_ENDPOINT'),
    region: 'us-east-1',
    credentials: {
      accessKeyId: setting('TEST_CEPH_ACCESS_KEY'),
      secretAccessKey: setting('TEST_CEPH_SECRET_KEY'),
    },
    forcePathStyle: true,
  };
  const client = new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  return {
    config,
    capabilities: CAPABILITIES,
    makeBucket: async ({ versioned = false } = {}) => {
      const Bucket = `contract-${RUN}-${++buckets}`;
      await client.send(new CreateBucketCommand({ Bucket }));
      if (versioned) {
        const VersioningConfiguration = { Status: 'Enabled' as const };
        await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      }
      return Bucket;
    },
    close: async () => client.destroy(),
  };
}

/** Not a skip: a run without a cluster would show nothing. */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: use npm run test:ceph.`);
  return value;
}
