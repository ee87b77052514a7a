import { createHash } from 'node:crypto';
import { digestOf, type DemoBucket, type StoredObject } from './demo-bucket.js';
import type { LoadedEngagement } from './loaded-engagement.js';
import type { Progress } from '../progress.js';
import { putEngagement, shardPrefix, type ShardToPut } from './put-engagement.js';
import { count, megabytes, seconds, shardCount } from './quantities.js';
import { SAMPLES_VERSION, sampleShards, type SampleEngagement } from './sample-engagements.js';

/** Puts the samples that are not there yet as they should be. */
export async function putSamples(
  bucket: DemoBucket,
  samples: readonly SampleEngagement[],
  progress: Progress,
): Promise<LoadedEngagement[]> {
  const loaded: LoadedEngagement[] = [];
  for (const sample of samples) {
    const stored = (await whatIsComplete(bucket, sample)) ?? (await putSample(bucket, sample, progress));
    loaded.push({ id: sample.id, shards: stored.size, bytes: bytesIn(stored), events: sample.events });
  }
  return loaded;
}

/** A note beside the log, outside its prefix: what the listing was once all of it had been put. */
function noteKey(id: string): string {
  return `demo/complete/${id}.json`;
}

function note(stored: ReadonlyMap<string, StoredObject>): string {
  return JSON.stringify({ samples_version: SAMPLES_VERSION, listing_sha256: digestOf(stored) });
}

async function whatIsComplete(
  bucket: DemoBucket,
  { id }: SampleEngagement,
): Promise<Map<string, StoredObject> | undefined> {
  const [stored, noted] = await Promise.all([bucket.list(shardPrefix(id)), bucket.read(noteKey(id))]);
  return noted === note(stored) ? stored : undefined;
}

async function putSample(
  bucket: DemoBucket,
  sample: SampleEngagement,
  progress: Progress,
): Promise<Map<string, StoredObject>> {
  const { id, name, createdAt, shards } = sample;
  const start = performance.now();
  const stored = await putEngagement(bucket, { id, name, createdAt, shards: toPut(sample) }, (done) => {
    progress.step(`Making ${id}: ${count(done)} of ${count(shards)} shards`);
  });
  await bucket.put(noteKey(id), note(stored));
  progress.line(`Made ${id}: ${shardCount(shards)}, ${megabytes(bytesIn(stored))}, in ${seconds(start)}.`);
  return stored;
}

function* toPut(sample: SampleEngagement): Generator<ShardToPut> {
  for (const { name, body } of sampleShards(sample)) {
    yield {
      name,
      size: body.length,
      md5: () => createHash('md5').update(body).digest('hex'),
      body: () => body,
    };
  }
}

function bytesIn(stored: ReadonlyMap<string, StoredObject>): number {
  return Array.from(stored.values()).reduce((sum, { size }) => sum + size, 0);
}
