import { createHash } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Shard } from './shard.js';

/** What a snapshot was, so that it can be compared with another listing. */
export interface SnapshotDigest {
  /** SHA-256 in lowercase hex over `JSON.stringify([key, size, etag])` and LF of each shard, in order. */
  sha256: string;
  first_key: string | null;
  last_key: string | null;
  count: number;
  /** Stored bytes. */
  bytes: number;
}

/** A million of them at once would hold up every other export for a second. */
const DIGESTED_AT_ONCE = 5_000;

/** @param shards in order */
export async function digestOf(shards: readonly Shard[]): Promise<SnapshotDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const [at, { key, size, etag }] of shards.entries()) {
    if (at > 0 && at % DIGESTED_AT_ONCE === 0) await otherWork();
    hash.update(`${JSON.stringify([key, size, etag])}\n`);
    bytes += size;
  }
  return {
    sha256: hash.digest('hex'),
    first_key: shards.at(0)?.key ?? null,
    last_key: shards.at(-1)?.key ?? null,
    count: shards.length,
    bytes,
  };
}
