import type { Readable } from 'node:stream';
import type { DemoBucket, StoredObject } from './demo-bucket.js';

export interface ShardToPut {
  name: string;
  size: number;
  /** Lowercase hex. */
  md5: () => string | Promise<string>;
  body: () => Buffer | Readable;
}

export interface EngagementToPut {
  id: string;
  name: string;
  createdAt: string;
  /** Taken one by one, each when its turn has come. */
  shards: IterableIterator<ShardToPut>;
}

const AT_ONCE = 8;

export function shardPrefix(id: string): string {
  return `auditforge/audit/${id}/`;
}

/**
 * Makes the stored log of an engagement just these shards: puts what is missing or different, removes what is
 * not among them. What was put before an interruption is not put again.
 *
 * The record comes last: until then the engagement does not exist, so no one is handed half of its log.
 *
 * @returns all that is stored then
 */
export async function putEngagement(
  bucket: DemoBucket,
  { id, name, createdAt, shards }: EngagementToPut,
  onShard: (done: number) => void,
): Promise<Map<string, StoredObject>> {
  const prefix = shardPrefix(id);
  const before = await bucket.list(prefix);
  const wanted = new Set<string>();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const shard of shards) {
      const key = prefix + shard.name;
      wanted.add(key);
      const same = before.get(key)?.etag === `"${await shard.md5()}"`;
      if (!same) await bucket.put(key, shard.body(), shard.size);
      onShard(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const key of before.keys()) if (!wanted.has(key)) await bucket.delete(key);
  const record = {
    id,
    name,
    status: 'active',
    source_bucket: null,
    source_region: null,
    created_at: createdAt,
  };
  await bucket.putIfAbsent(`auditforge/engagements/${id}.json`, JSON.stringify(record));
  return bucket.list(prefix);
}
