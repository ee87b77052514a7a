import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import type { AuditForgeError } from '../errors/audit-forge.error.js';
import { unquoted } from '../s3/etag.js';
import type { ObjectAnswer } from '../s3/object-answer.js';
import type { ObjectRequest } from '../s3/object-request.js';
import { ObjectGets } from '../s3/object-gets.js';
import { WrongAnswer } from '../s3/read-errors.js';
import { withRetries } from '../s3/retry.js';
import { S3Clients, type BucketLocation } from '../s3/s3-clients.js';
import { reasonOf, S3Failure } from '../s3/s3-failure.js';
import { bucketTarget } from '../s3/s3-store.js';
import { withChecksums } from '../s3/sdk-get.js';
import type { Segment } from './segments.js';
import type { Shard } from './shard.js';
import { SnapshotChanged } from './snapshot.js';

/**
 * Reads one segment into memory of exactly its size: every request is held to the snapshot's etag, and a
 * request that fails is taken up again from the bytes already held.
 */
@Injectable()
export class SegmentFetcher {
  constructor(
    private readonly clients: S3Clients,
    private readonly gets: ObjectGets,
  ) {}

  /**
   * @param bytes memory of exactly the segment's size
   * @returns what the store said of the object that the bytes are of
   * @throws SnapshotChanged when the shard is not what it was; S3Failure
   */
  async fetch(
    location: BucketLocation,
    segment: Segment,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<ObjectAnswer> {
    let filled = 0;
    let answer: ObjectAnswer = {};
    const rest = () => {
      const request = requestFor(segment, filled);
      if (filled > 0) this.clients.traffic.resumes++;
      const begin = (head: ObjectAnswer) => {
        assertAnswers(head, segment.shard, request);
        answer = head;
        return bytes.subarray(filled);
      };
      return this.gets.get(location, request, { begin, received: (count) => (filled += count) }, signal);
    };
    await this.tried('GetObject', rest, location, segment.shard, signal, () => filled);
    return answer;
  }

  /** The checksum of a whole shard, which the answer to a range does not give. */
  async describe(
    location: BucketLocation,
    shard: Shard,
    signal: AbortSignal,
  ): Promise<HeadObjectCommandOutput> {
    const head = () =>
      this.clients
        .for(location)
        .send(
          withChecksums(
            new HeadObjectCommand({ ...bucketTarget(location), Key: shard.key, IfMatch: shard.etag }),
          ),
          { abortSignal: signal },
        );
    return this.tried('HeadObject', head, location, shard, signal);
  }

  private async tried<T>(
    operation: string,
    call: () => Promise<T>,
    location: BucketLocation,
    shard: Shard,
    signal: AbortSignal,
    progress?: () => number,
  ): Promise<T> {
    const renewCredentials = (usedAt: number) => this.clients.renewCredentials(location, usedAt);
    try {
      const onRetry = () => this.clients.traffic.retried(operation);
      return await withRetries(call, { signal, renewCredentials, progress, onRetry });
    } catch (error) {
      signal.throwIfAborted();
      throw this.final(operation, error, location, shard);
    }
  }

  /** What an error that is not tried again means for the log. */
  private final(
    operation: string,
    error: unknown,
    { bucket }: BucketLocation,
    shard: Shard,
  ): AuditForgeError {
    const context = { operation, bucket, shard: shard.key };
    if (error instanceof SnapshotChanged) return error;
    if (error instanceof WrongAnswer) return new S3Failure('other', error, context);
    const reason = reasonOf(error);
    if (reason === 'missing' || reason === 'precondition_failed') {
      return new SnapshotChanged('a shard was replaced or removed', context, error);
    }
    return new S3Failure(reason, error, context);
  }
}

/** What is missing of a segment. A whole shard is asked for without a range: its answer gives the checksum. */
function requestFor({ shard, start, end, first, last }: Segment, filled: number): ObjectRequest {
  const { key, etag } = shard;
  const whole = first && last && filled === 0;
  return { key, etag, range: whole ? undefined : { start: start + filled, end } };
}

/** @throws SnapshotChanged, WrongAnswer: then no byte of the answer may be used */
function assertAnswers(answer: ObjectAnswer, shard: Shard, { range }: ObjectRequest): void {
  if (answer.ETag !== undefined && unquoted(answer.ETag) !== unquoted(shard.etag)) {
    throw new SnapshotChanged('the answer has another etag', { shard: shard.key });
  }
  if (range === undefined) {
    if (answer.ContentLength !== undefined && answer.ContentLength !== shard.size) {
      throw new SnapshotChanged('the answer has another length', { shard: shard.key });
    }
    return;
  }
  const asked = `bytes ${range.start}-${range.end - 1}/${shard.size}`;
  if (answer.ContentRange !== asked) {
    throw new WrongAnswer(`asked for ${asked}, answered ${answer.ContentRange ?? 'without a Content-Range'}`);
  }
  if (answer.ContentLength !== undefined && answer.ContentLength !== range.end - range.start) {
    throw new WrongAnswer(`asked for ${asked}, answered ${answer.ContentLength} bytes`);
  }
}
