import { S3Client } from '@aws-sdk/client-s3';
import { DemoBucket } from '../../../src/demo/demo-bucket.js';
import type { LoadedEngagement } from '../../../src/demo/loaded-engagement.js';
import { putEngagement } from '../../../src/demo/put-engagement.js';
import { putSamples } from '../../../src/demo/put-samples.js';
import { SAMPLES } from '../../../src/demo/sample-engagements.js';
import { Progress } from '../../../src/progress.js';
import type { StoreUnderTest } from '../../contracts/store-under-test.js';

/** Puts engagements and their logs into a store, by the way of the demo. */
export class Shelf {
  private readonly client: S3Client;
  private readonly bucket: DemoBucket;

  constructor({ config }: StoreUnderTest, bucket: string) {
    this.client = new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    this.bucket = new DemoBucket(this.client, bucket, new AbortController().signal);
  }

  /** An engagement whose shards are these texts, in this order. */
  async put(id: string, texts: string[], name = `Engagement ${id}`): Promise<void> {
    const shards = texts.map((text, index) => ({
      name: `${String(index).padStart(5, '0')}.jsonl`,
      size: Buffer.byteLength(text),
      // Compared with what lies there already, and nothing does.
      md5: () => '',
      body: () => Buffer.from(text),
    }));
    const engagement = { id, name, createdAt: '2026-05-04T07:30:00Z', shards: shards.values() };
    await putEngagement(this.bucket, engagement, () => undefined);
  }

  /** Engagements of the demo. */
  putSamples(...ids: string[]): Promise<LoadedEngagement[]> {
    const samples = SAMPLES.filter(({ id }) => ids.includes(id));
    return putSamples(this.bucket, samples, new Progress({ write: () => undefined }));
  }

  close(): void {
    this.client.destroy();
  }
}
