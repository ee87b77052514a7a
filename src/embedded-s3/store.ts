import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from './bucket.js';
import { S3Error } from './s3-error.js';

/** S3's own: every part but the last has at least 5 MiB. */
const MINIMUM_PART_BYTES = 5 * 2 ** 20;

export interface StoreOptions {
  /** The folder that holds everything; made if it is not there. One process at a time. */
  dir: string;
  /** (us-east-1) */
  region?: string;
  /** Whom `x-amz-expected-bucket-owner` has to name (000000000000). */
  accountId?: string;
  /** Smaller only where a test needs small parts (5 MiB). */
  minimumPartSize?: number;
  clock?: () => Date;
}

/** All buckets, loaded at the start. */
export class Store {
  readonly region: string;
  readonly accountId: string;
  readonly minimumPartSize: number;
  private readonly buckets = new Map<string, Bucket>();
  private readonly clock: () => Date;
  private readonly dir: string;

  constructor({ dir, region, accountId, minimumPartSize, clock }: StoreOptions) {
    this.region = region ?? 'us-east-1';
    this.accountId = accountId ?? '000000000000';
    this.minimumPartSize = minimumPartSize ?? MINIMUM_PART_BYTES;
    this.clock = clock ?? (() => new Date());
    this.dir = join(dir, 'buckets');
    mkdirSync(this.dir, { recursive: true });
    for (const name of readdirSync(this.dir)) {
      // A bucket without its settings was being made when the process was killed.
      if (existsSync(join(this.dir, name, 'bucket.json')))
        this.buckets.set(name, new Bucket(name, join(this.dir, name)));
    }
  }

  now(): Date {
    return this.clock();
  }

  /** Now as S3 stamps objects: ISO 8601, whole seconds. */
  timestamp(): string {
    return new Date(Math.floor(this.now().getTime() / 1000) * 1000).toISOString();
  }

  has(name: string): boolean {
    return this.buckets.has(name);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  /** @throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou */
  createBucket(name: string): Bucket {
    if (!/^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name)) throw new S3Error('InvalidBucketName');
    if (this.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou');
    const bucket = new Bucket(name, join(this.dir, name));
    bucket.saveSettings({});
    this.buckets.set(name, bucket);
    return bucket;
  }
}
