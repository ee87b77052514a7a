import type { S3Client } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { withRetries } from './retry.js';
import { S3Clients, type BucketLocation } from './s3-clients.js';
import { S3Failure, reasonOf } from './s3-failure.js';
import { StoreTraits } from './store-traits.js';

type Send<T> = (client: S3Client, target: BucketTarget, abort: { abortSignal: AbortSignal }) => Promise<T>;

/** What every command on a bucket carries. */
export interface BucketTarget {
  Bucket: string;
  ExpectedBucketOwner?: string;
}

export function bucketTarget({ bucket, account }: BucketLocation): BucketTarget {
  return { Bucket: bucket, ...(account === undefined ? {} : { ExpectedBucketOwner: account }) };
}

/** Calls to the store, with retries, whose errors say why and where. */
@Injectable()
export class S3Store {
  readonly traits = new StoreTraits();

  constructor(private readonly clients: S3Clients) {}

  /**
   * @param operation for the log: which call it was
   * @throws S3Failure with its reason; the signal's own reason when aborted
   */
  async send<T>(operation: string, location: BucketLocation, signal: AbortSignal, send: Send<T>): Promise<T> {
    const client = this.clients.for(location);
    const target = bucketTarget(location);
    try {
      return await withRetries(() => oneTry(signal, (abort) => send(client, target, abort)), {
        signal,
        renewCredentials: (usedAt: number) => this.clients.renewCredentials(location, usedAt),
        onRetry: () => this.clients.traffic.retried(operation),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new S3Failure(reasonOf(error), error, { operation, bucket: location.bucket });
    }
  }
}

/**
 * A try that has failed is ended for good: a store may refuse a body before it has come whole, and what is
 * still being sent of it lies in memory that is used again.
 */
async function oneTry<T>(
  signal: AbortSignal,
  send: (abort: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const failed = new AbortController();
  try {
    return await send({ abortSignal: AbortSignal.any([signal, failed.signal]) });
  } catch (error) {
    failed.abort();
    throw error;
  }
}
