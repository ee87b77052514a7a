import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { StoreUnderTest } from '../store-under-test.js';
import type { SampleLog } from './sample-log.js';

/** A bucket of one test, past all faults. */
export class LogBucket {
  private constructor(
    readonly name: string,
    private readonly client: S3Client,
  ) {}

  static async make(store: StoreUnderTest): Promise<LogBucket> {
    const client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    return new LogBucket(await store.makeBucket(), client);
  }

  async putLog(engagement: string, { shards }: SampleLog): Promise<void> {
    await this.put(
      `auditforge/engagements/${engagement}.json`,
      JSON.stringify({
        id: engagement,
        name: `Engagement ${engagement}`,
        status: 'active',
        source_bucket: null,
        source_region: null,
        created_at: '2026-05-01T09:00:00Z',
      }),
    );
    const left = [...shards.entries()];
    const worker = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const name = String(next[0]).padStart(4, '0');
        await this.put(`auditforge/audit/${engagement}/${name}.jsonl`, next[1]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  /** Keys of all exports. */
  async exports(): Promise<string[]> {
    const { Contents } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.name, Prefix: 'auditforge/exports/' }),
    );
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** Ids of all uploads in parts that are neither complete nor aborted. */
  async openUploads(): Promise<string[]> {
    const { Uploads } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.name }));
    return (Uploads ?? []).map(({ UploadId }) => UploadId!);
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  }

  close(): void {
    this.client.destroy();
  }

  private async put(Key: string, Body: string | Buffer): Promise<void> {
    const ContentLength = Buffer.byteLength(Body);
    await this.client.send(new PutObjectCommand({ Bucket: this.name, Key, Body, ContentLength }));
  }
}
