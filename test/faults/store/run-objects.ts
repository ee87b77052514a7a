import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { LogShard } from '../log/log-shard.js';
import { bytesOf, exportsOf, uploadsOf, versionOf } from './stored-exports.js';

const PUTS_AT_ONCE = 4;

interface ObjectVersion {
  key: string;
  versionId: string | undefined;
}

/** The objects of one run, put straight into the store, and removed from it with all that the run has left. */
export class RunObjects {
  private readonly written: ObjectVersion[] = [];
  private exportKeys: string[] | undefined;

  constructor(
    private readonly client: S3Client,
    /** Where the records are. */
    private readonly sharedBucket: string,
    /** Where the log is. */
    readonly bucket: string,
    private readonly engagement: string,
  ) {}

  async putRecord(): Promise<void> {
    const record = {
      id: this.engagement,
      name: this.engagement,
      status: 'active',
      source_bucket: this.bucket === this.sharedBucket ? null : this.bucket,
      source_region: null,
      created_at: '2026-05-01T09:00:00Z',
    };
    await this.client.send(
      new PutObjectCommand({ Bucket: this.sharedBucket, Key: this.recordKey, Body: JSON.stringify(record) }),
    );
  }

  async putShards(shards: readonly LogShard[]): Promise<void> {
    await atOnce(shards, (shard) => this.putShard(shard));
  }

  async putShard(shard: LogShard): Promise<void> {
    const target = { Bucket: this.bucket, Key: this.shardKey(shard.name) };
    const { VersionId } =
      shard.checksum === 'none'
        ? await this.putUnverifiable(target, shard)
        : await this.client.send(
            new PutObjectCommand({
              ...target,
              Body: shard.stored,
              ContentEncoding: shard.contentEncoding,
              // Without it the store makes a CRC32 of its own.
              ...(shard.checksum === 'CRC32' ? {} : { ChecksumAlgorithm: shard.checksum }),
            }),
          );
    this.written.push({ key: target.Key, versionId: VersionId });
  }

  async removeShard(name: string): Promise<void> {
    const key = this.shardKey(name);
    const { VersionId } = await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
    // In a bucket with versions, the marker that hides the others.
    if (VersionId !== undefined) this.written.push({ key, versionId: VersionId });
  }

  /** Keys of what the service has made. Ask once it makes no more. */
  async exports(): Promise<string[]> {
    this.exportKeys ??= await exportsOf(this.client, this.bucket, this.engagement);
    return this.exportKeys;
  }

  exported(key: string): Promise<Buffer> {
    return bytesOf(this.client, this.bucket, key);
  }

  /** How many multipart uploads of exports are neither complete nor aborted. */
  async openUploads(): Promise<number> {
    return (await uploadsOf(this.client, this.bucket, this.engagement)).length;
  }

  /** Removes everything, and what the service has written. */
  async clear({ writes, uploads }: { writes: number; uploads: number }): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.sharedBucket, Key: this.recordKey }));
    for (const key of writes === 0 ? [] : await this.exports()) {
      this.written.push({ key, versionId: await this.versionOfExport(key) });
    }
    await atOnce(this.written, async ({ key, versionId }) => {
      await this.client.send(
        new DeleteObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId }),
      );
    });
    if (uploads === 0) return;
    for (const { key, uploadId } of await uploadsOf(this.client, this.bucket, this.engagement)) {
      await this.client.send(
        new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId }),
      );
    }
  }

  /** None is ever written over, so there is one. Only the bucket of such logs keeps versions. */
  private async versionOfExport(key: string): Promise<string | undefined> {
    if (this.bucket === this.sharedBucket) return undefined;
    return versionOf(this.client, this.bucket, key);
  }

  private get recordKey(): string {
    return `auditforge/engagements/${this.engagement}.json`;
  }

  private shardKey(name: string): string {
    return `auditforge/audit/${this.engagement}/${name}`;
  }

  private async putUnverifiable(
    target: { Bucket: string; Key: string },
    { stored, contentEncoding }: LogShard,
  ) {
    const { UploadId } = await this.client.send(
      new CreateMultipartUploadCommand({ ...target, ContentEncoding: contentEncoding }),
    );
    const upload = { ...target, UploadId };
    const { ETag } = await this.client.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: stored }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return this.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  }
}

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, worker));
}
