import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import type { AuditForgeError } from '../errors/audit-forge.error.js';
import { unquoted } from '../s3/etag.js';
import { backoff, MAX_ATTEMPTS, withRetries } from '../s3/retry.js';
import { S3Clients, type BucketLocation } from '../s3/s3-clients.js';
import { reasonOf, S3Failure } from '../s3/s3-failure.js';
import { bucketTarget } from '../s3/s3-store.js';
import type { Segment } from './segments.js';
import type { Shard } from './shard.js';
import { SnapshotChanged } from './snapshot.js';

/** The bytes of a segment, and what the store said of the object that they are of. */
export interface FetchedSegment {
  bytes: Buffer;
  answer: GetObjectCommandOutput;
}

/** An answer that is not what was asked for. Never retried: another try could mix bytes of two objects. */
class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** A body that ended early without an error of its own. */
class CutBody extends Error {
  override readonly name = 'IncompleteBody';
}

/** Nothing came for the set time. */
class Stalled extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Reads one segment into a buffer of exactly its size: every request is held to the snapshot's etag, and a
 * request that fails is taken up again from the bytes already held.
 */
@Injectable()
export class SegmentFetcher {
  constructor(
    private readonly clients: S3Clients,
    private readonly options: AuditForgeOptions,
  ) {}

  /** @throws SnapshotChanged when the shard is not what it was; S3Failure */
  async fetch(location: BucketLocation, segment: Segment, signal: AbortSignal): Promise<FetchedSegment> {
    const bytes = Buffer.allocUnsafeSlow(segment.end - segment.start);
    let filled = 0;
    for (let attempt = 1; ; attempt++) {
      const before = filled;
      try {
        const answer = await this.request(location, segment, filled, signal, (chunk) => {
          if (filled + chunk.length > bytes.length) throw new WrongAnswer('more bytes than were asked for');
          bytes.set(chunk, filled);
          filled += chunk.length;
        });
        if (filled === bytes.length) return { bytes, answer };
        throw new CutBody(`the body ended after ${filled} of ${bytes.length} bytes`);
      } catch (error) {
        signal.throwIfAborted();
        // Progress makes it a new try: a long segment on a bad line still arrives.
        if (filled > before) attempt = 1;
        if (attempt >= MAX_ATTEMPTS || !isWorthAnother(error))
          throw this.final(error, location, segment.shard);
        await backoff(attempt, signal);
      }
    }
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
    try {
      return await withRetries(head, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw this.final(error, location, shard);
    }
  }

  private async request(
    location: BucketLocation,
    { shard, start, end, first, last }: Segment,
    offset: number,
    signal: AbortSignal,
    onChunk: (chunk: Buffer) => void,
  ): Promise<GetObjectCommandOutput> {
    const stall = new StallTimer(this.options.stallSeconds);
    const abortSignal = AbortSignal.any([signal, stall.signal]);
    let body: Readable | undefined;
    try {
      const whole = first && last && offset === 0;
      const range = `bytes=${start + offset}-${end - 1}`;
      const command = withChecksums(
        new GetObjectCommand({
          ...bucketTarget(location),
          Key: shard.key,
          IfMatch: shard.etag,
          ...(whole ? {} : { Range: range }),
        }),
      );
      const answer = await this.clients.for(location).send(command, { abortSignal });
      body = answer.Body as Readable;
      assertAnswers(answer, shard, whole ? undefined : `bytes ${start + offset}-${end - 1}/${shard.size}`);
      const stop = () => body?.destroy(abortSignal.reason as Error);
      abortSignal.addEventListener('abort', stop, { once: true });
      try {
        for await (const chunk of body) {
          stall.reset();
          onChunk(chunk as Buffer);
        }
      } finally {
        abortSignal.removeEventListener('abort', stop);
      }
      return answer;
    } catch (error) {
      // An unread body keeps its socket for ever.
      body?.destroy();
      throw stall.signal.aborted ? (stall.signal.reason as Error) : error;
    } finally {
      stall.stop();
    }
  }

  /** What an error that is not tried again means for the log. */
  private final(error: unknown, { bucket }: BucketLocation, shard: Shard): AuditForgeError {
    const context = { operation: 'GetObject', bucket, shard: shard.key };
    if (error instanceof SnapshotChanged) return error;
    if (error instanceof WrongAnswer) return new S3Failure('other', error, context);
    const reason = reasonOf(error);
    if (reason === 'missing' || reason === 'precondition_failed') {
      return new SnapshotChanged('a shard was replaced or removed', context, error);
    }
    return new S3Failure(reason, error, context);
  }
}

/** Errors of our own say what the bytes are, and no other try changes that. */
function isWorthAnother(error: unknown): boolean {
  return (
    !(error instanceof SnapshotChanged || error instanceof WrongAnswer) && reasonOf(error) === 'transient'
  );
}

/**
 * Asks for the store's checksums without the SDK's own validation, which `ChecksumMode` would turn on: it
 * hashes in a stream of its own, and does not know what is checked here already.
 */
function withChecksums<C extends GetObjectCommand | HeadObjectCommand>(command: C): C {
  // Both commands take it alike, but TypeScript 6 finds no call that fits the two types.
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
  (command as unknown as GetObjectCommand).middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED';
      return next(args);
    },
    { step: 'build', name: 'askForChecksums' },
  );
  return command;
}

function assertAnswers(answer: GetObjectCommandOutput, shard: Shard, contentRange: string | undefined): void {
  if (answer.ETag !== undefined && unquoted(answer.ETag) !== unquoted(shard.etag)) {
    throw new SnapshotChanged('the answer has another etag', { shard: shard.key });
  }
  if (contentRange !== undefined && answer.ContentRange !== contentRange) {
    throw new WrongAnswer(
      `asked for ${contentRange}, answered ${answer.ContentRange ?? 'without a Content-Range'}`,
    );
  }
  if (
    contentRange === undefined &&
    answer.ContentLength !== undefined &&
    answer.ContentLength !== shard.size
  ) {
    throw new SnapshotChanged('the answer has another length', { shard: shard.key });
  }
}

/** Aborts its signal when nothing resets it for the set time. */
class StallTimer {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.timer = setTimeout(() => {
      this.controller.abort(new Stalled(`no byte came from the store for ${seconds} s`));
    }, seconds * 1000);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  reset(): void {
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
