import { createHash } from 'node:crypto';
import { eachAtOnce, type BenchBucket } from '../stores/bench-bucket.js';
import { makeShards, type MadeShard } from './make-shards.js';
import type { Workload } from './workload.js';

/** A workload as an engagement in the store, and the log that each export of it must be. */
export interface StoredWorkload extends Workload {
  engagementId: string;
  prefix: string;
  jsonlBytes: number;
  jsonBytes: number;
  /** Of the JSON lines, lowercase hex. */
  sha256: string;
}

const AT_ONCE = 8;

/** The record comes last, as the engagement only exists with it. */
export async function upload(
  bucket: BenchBucket,
  workload: Workload,
  signal: AbortSignal,
  onShard: (done: number) => void,
): Promise<StoredWorkload> {
  const engagementId = `bench-${workload.name}`;
  const prefix = `auditforge/audit/${engagementId}/`;
  const hash = createHash('sha256');
  let bytes = 0;
  let events = 0;
  let done = 0;
  // Counted as they are made, which is in their order, and not as they are put, which is not.
  const counted = function* (): Generator<MadeShard> {
    for (const shard of makeShards(workload)) {
      hash.update(shard.body);
      bytes += shard.body.length;
      events += shard.events;
      yield shard;
    }
  };
  await eachAtOnce(counted(), AT_ONCE, async ({ name, body }) => {
    await bucket.put(prefix + name, body, signal);
    onShard(++done);
  });
  await bucket.put(`auditforge/engagements/${engagementId}.json`, record(engagementId), signal);
  return {
    ...workload,
    engagementId,
    prefix,
    jsonlBytes: bytes,
    // `[`, a comma more for each event but the last, and `]` with its own end of line.
    jsonBytes: bytes + events + 1,
    sha256: hash.digest('hex'),
  };
}

function record(id: string): Buffer {
  const fields = { status: 'active', source_bucket: null, source_region: null };
  return Buffer.from(
    JSON.stringify({ id, name: `Benchmark ${id}`, ...fields, created_at: '2026-05-01T09:00:00Z' }),
  );
}
