import { setImmediate as otherWork } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import type { ObjectAnswer } from '../s3/object-answer.js';
import type { Lease } from '../turns/memory-pool.js';
import type { TurnOwner } from '../turns/turns.js';
import { readAhead } from './read-ahead.js';
import { ReadBudget } from './read-budget.js';
import { SegmentFetcher } from './segment-fetcher.js';
import { planSegments, SEGMENT_BYTES, type Segment } from './segments.js';
import { shardCheck, type ShardCheck } from './shard-check.js';
import type { Shard } from './shard.js';
import type { Snapshot } from './snapshot.js';

/** Stored bytes of a shard, in order, checked as far as the store allows. */
export interface ShardBytes {
  shard: Shard;
  /** Memory on loan: good until the next ones are asked for, and then read into again. */
  bytes: Buffer;
  /** `Content-Encoding` of the stored object, on every segment of it. */
  contentEncoding: string | undefined;
  last: boolean;
}

interface Fetched {
  segment: Segment;
  bytes: Buffer;
  answer: ObjectAnswer;
  check: ShardCheck | undefined;
}

const MAX_AHEAD = 64;
/** Until the first segment has come: it would wait its turn behind all the others. */
const FIRST_AHEAD = 8;
const MAX_AHEAD_BYTES = 4 * SEGMENT_BYTES;

/** An MD5 of a whole segment would hold up every other export for 12 ms. */
const HASHED_AT_ONCE = 1024 * 1024;

/** Reads the shards of a snapshot: many segments in flight, handed on in order, within the memory budget. */
@Injectable()
export class ShardReader {
  /** Since the process began: shards and stored bytes that were handed on, and what nothing could be checked by. */
  shardsRead = 0;
  bytesRead = 0;
  unverifiedShards = 0;
  unverifiedSegments = 0;

  constructor(
    private readonly fetcher: SegmentFetcher,
    private readonly budget: ReadBudget,
  ) {}

  /**
   * Yields every stored byte of the snapshot, or throws. A shard of one segment is checked before any of it is handed
   * on; of a longer one the last segment is held back until the whole agrees.
   *
   * @throws SnapshotChanged, S3Failure, AuditForgeError `corrupt_shard`
   */
  async *read(
    location: BucketLocation,
    snapshot: Snapshot,
    owner: TurnOwner,
    signal: AbortSignal,
  ): AsyncGenerator<ShardBytes> {
    const segments = readAhead(
      planSegments(snapshot.shards()),
      {
        firstItems: FIRST_AHEAD,
        items: MAX_AHEAD,
        weight: MAX_AHEAD_BYTES,
        weightOf: ({ start, end }) => end - start,
      },
      ({ start, end }, stopped) => this.budget.segments.take(end - start, owner, stopped),
      (segment, lease, stopped) => this.fetch(location, segment, lease, owner, stopped),
      signal,
    );
    let check: ShardCheck | undefined;
    let contentEncoding: string | undefined;
    let handedOn = 0;
    for await (const { segment, bytes, answer, check: ofShard } of segments) {
      if (segment.first) {
        check = ofShard;
        contentEncoding = answer.ContentEncoding;
        if (check === undefined) this.unverifiedShards++;
      }
      if (check === undefined) this.unverifiedSegments++;
      else await updateInSlices(check, bytes);
      if (segment.last && (await check?.agrees()) === false) {
        throw new AuditForgeError('corrupt_shard', {
          context: {
            bucket: location.bucket,
            shard: segment.shard.key,
            reason: 'its bytes do not agree with its checksum',
          },
        });
      }
      handedOn += bytes.length;
      this.bytesRead += bytes.length;
      if (segment.last) this.shardsRead++;
      yield { shard: segment.shard, bytes, contentEncoding, last: segment.last };
    }
    const { plainBytes, compressedBytes } = await snapshot.totals();
    const stored = plainBytes + compressedBytes;
    if (handedOn !== stored) {
      throw new AuditForgeError('internal_error', {
        context: { bucket: location.bucket, reason: `handed on ${handedOn} of ${stored} stored bytes` },
      });
    }
  }

  private async fetch(
    location: BucketLocation,
    segment: Segment,
    { bytes }: Lease,
    owner: TurnOwner,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const release = await this.budget.requests.take(1, owner, signal);
    try {
      const [answer, described] = await Promise.all([
        this.fetcher.fetch(location, segment, bytes, signal),
        segment.first && !segment.last ? this.fetcher.describe(location, segment.shard, signal) : undefined,
      ]);
      const check = segment.first ? shardCheck(segment.shard.etag, described ?? answer) : undefined;
      return { segment, bytes, answer, check };
    } finally {
      release();
    }
  }
}

async function updateInSlices(check: ShardCheck, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await otherWork();
    check.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
}
