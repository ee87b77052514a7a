import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { sdkClient } from '../variants/sdk-client.js';
import type { BenchStore } from './store.js';

const AT_ONCE = 16;
/** A gigabyte is put by one request. */
const REQUEST_WITHIN_MS = 300_000;

/** A bucket of this run alone, so that all that is in it may be removed. */
export class BenchBucket {
  readonly name = `auditforge-bench-${randomBytes(4).toString('hex')}`;
  private readonly client: S3Client;

  constructor(private readonly store: BenchStore) {
    this.client = sdkClient(store.access, { requestHandler: { requestTimeout: REQUEST_WITHIN_MS } });
  }

  async create(): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket: this.name }));
  }

  /** With a CRC-32, which a store that keeps checksums gives back to every reader. */
  async put(Key: string, Body: Buffer, abortSignal: AbortSignal): Promise<void> {
    await this.client.send(
      new PutObjectCommand({ Bucket: this.name, Key, Body, ChecksumAlgorithm: 'CRC32' }),
      { abortSignal },
    );
  }

  async givesCrc(Key: string): Promise<boolean> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key, ChecksumMode: 'ENABLED' });
    return (await this.client.send(command)).ChecksumCRC32 !== undefined;
  }

  async read(Key: string, abortSignal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key }), {
      abortSignal,
    });
    return Body as AsyncIterable<Uint8Array>;
  }

  async remove(Key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.name, Key }));
  }

  /** Removes all keys below a prefix and tells of each. */
  async removeAll(prefix: string, onRemoved: (count: number) => void = () => {}): Promise<void> {
    const keys: string[] = [];
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix });
    for await (const { Contents } of pages) keys.push(...(Contents ?? []).map(({ Key }) => Key!));
    let removed = 0;
    await eachAtOnce(keys.values(), AT_ONCE, async (key) => {
      await this.remove(key);
      onRemoved(++removed);
    });
  }

  /** Leaves nothing of this run in the store. */
  async discard(onRemoved: (count: number) => void): Promise<void> {
    if (!this.store.temporary) {
      await this.abortUploads();
      await this.removeAll('', onRemoved);
      await this.client.send(new DeleteBucketCommand({ Bucket: this.name }));
    }
    this.client.destroy();
  }

  private async abortUploads(): Promise<void> {
    const { Uploads } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.name }));
    for (const { Key, UploadId } of Uploads ?? [])
      await this.client.send(new AbortMultipartUploadCommand({ Bucket: this.name, Key, UploadId }));
  }
}

/** Works through the items with so many at once; ends with the first failure. */
export async function eachAtOnce<T>(
  items: IterableIterator<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    for (const item of items) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
