import type { LogFormat } from '../encoders/formats.js';
import type { SnapshotTotals } from '../shards/snapshot.js';

const MIB = 1024 * 1024;
export const MIN_PART_BYTES = 8 * MIB;
/** S3's limit. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;
/** Parts that a log is planned for: room for an estimate that falls short. */
const PLANNED_PARTS = 9_000;
/** A log of compressed shards is planned as if they were this much larger. */
const EXPANSION = 20;

/**
 * Bytes of every part but the last: equal ones, since some stores take no others. For a log that is sure to
 * be smaller than the smallest part, what it can have at most.
 */
export function partSize({ shards, plainBytes, compressedBytes }: SnapshotTotals, format: LogFormat): number {
  // A shard's last line may lack its LF; an array adds a comma to each line, of which the shortest is `{}` LF,
  // and its brackets.
  const plain = plainBytes + shards + compressedBytes * EXPANSION;
  const size = format === 'json' ? Math.ceil(plain * (4 / 3)) + 3 : plain;
  if (compressedBytes === 0 && size < MIN_PART_BYTES) return Math.max(1, size);
  return Math.max(MIN_PART_BYTES, Math.ceil(size / PLANNED_PARTS / MIB) * MIB);
}
