import type { LogFormat } from '../encoders/formats.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { SnapshotTotals } from '../shards/snapshot.js';

const MIB = 1024 * 1024;
export const MIN_PART_BYTES = 8 * MIB;
/** S3's limit. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;
/** Parts that a log is planned for: room for an estimate that falls short. */
const PLANNED_PARTS = 9_000;
/** A log of compressed shards is planned as if they were this much larger. */
const EXPANSION = 20;

export interface PartPlan {
  /** Of every part but the last: equal ones, since some stores take no others. */
  partBytes: number;
  /** The part holds all of a log that is sure to be smaller than the smallest part. */
  isWholeLog: boolean;
}

/** The log is longer than its plan: a shard whose name does not tell it was compressed. */
export class LogOutgrewPlan extends AuditForgeError {
  constructor(name: string, reason: string) {
    super('internal_error', { context: { log: name, reason } });
  }
}

export function planParts(
  { shards, plainBytes, compressedBytes }: SnapshotTotals,
  format: LogFormat,
): PartPlan {
  // A shard's last line may lack its LF; an array adds a comma to each line, of which the shortest is `{}` LF,
  // and its brackets.
  const plain = plainBytes + shards + compressedBytes * EXPANSION;
  const size = format === 'json' ? Math.ceil(plain * (4 / 3)) + 3 : plain;
  if (compressedBytes === 0 && size < MIN_PART_BYTES) {
    return { partBytes: Math.max(1, size), isWholeLog: true };
  }
  const partBytes = Math.max(MIN_PART_BYTES, Math.ceil(size / PLANNED_PARTS / MIB) * MIB);
  return { partBytes, isWholeLog: false };
}

/** The plan for shards that may all be compressed, whatever their names. */
export function planForCompressed(totals: SnapshotTotals, format: LogFormat): PartPlan {
  const compressedBytes = totals.plainBytes + totals.compressedBytes;
  return planParts({ ...totals, plainBytes: 0, compressedBytes }, format);
}
