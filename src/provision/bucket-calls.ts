import type { S3Client } from '@aws-sdk/client-s3';
import { failureOf } from './failure.js';
import type { S3Store } from '../audit-forge/s3/s3-store.js';

type Send<T> = (
  client: S3Client,
  target: { Bucket: string },
  abort: { abortSignal: AbortSignal },
) => Promise<T>;

/** Calls on the one bucket that is being brought to the standard. */
export class BucketCalls {
  constructor(
    readonly bucket: string,
    readonly region: string,
    private readonly store: S3Store,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws S3Failure */
  call<T>(operation: string, send: Send<T>): Promise<T> {
    return this.store.send(operation, { bucket: this.bucket }, this.signal, send);
  }

  /**
   * What is set; undefined where nothing is.
   * @throws S3Failure
   */
  async read<T>(operation: string, send: Send<T>): Promise<T | undefined> {
    try {
      return await this.call(operation, send);
    } catch (error) {
      if (failureOf(error).reason === 'missing') return undefined;
      throw error;
    }
  }
}
