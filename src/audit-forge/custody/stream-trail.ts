import { Injectable } from '@nestjs/common';
import type { LogSummary } from '../log/assembled-log.js';
import type { Caller } from '../auth/caller.js';
import { CustodyTrail } from './custody-trail.js';
import type { LogToRead } from '../log/log-reader.js';

const LIMIT_MS = 30_000;

/** How a stream went. */
export interface StreamEnd {
  outcome: 'complete' | 'aborted';
  /** Bytes of the log that its receiver took. */
  bytesSent: number;
  /** Of a log that was read to its end. */
  summary: LogSummary | undefined;
  lastKey: string | null;
}

/** Lets the trail know of a stream once it has ended, whole or not. */
@Injectable()
export class StreamTrail {
  constructor(private readonly trail: CustodyTrail) {}

  /** Never fails: the bytes have gone out, and that they are not on record is logged. */
  async write(caller: Caller, requestId: string | null, log: LogToRead, end: StreamEnd): Promise<void> {
    const { engagementId, format, location } = log;
    const { outcome, bytesSent, summary, lastKey } = end;
    const handOver = {
      engagementId,
      caller,
      requestId,
      exportId: null,
      delivery: 'stream' as const,
      format,
      s3Key: null,
      s3VersionId: null,
      sha256: summary?.sha256.toString('hex') ?? null,
      eventCount: summary?.eventCount ?? null,
      sizeBytes: summary?.sizeBytes ?? null,
      stream: { outcome, bytesSent },
    };
    // The request's own signal may be why the stream has ended.
    const signal = AbortSignal.timeout(LIMIT_MS);
    await this.trail.write(handOver, location, lastKey, signal).catch(() => undefined);
  }
}

/** The pieces of a log, and how much of it its receiver has taken: a piece counts when the next is asked for. */
export class TakenPieces implements AsyncIterable<Buffer> {
  bytes = 0;
  ended = false;
  /** What reading has failed with. */
  failure: unknown;

  constructor(private readonly pieces: AsyncIterable<Buffer>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for await (const piece of this.pieces) {
        const { length } = piece;
        yield piece;
        this.bytes += length;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
    this.ended = true;
  }
}
