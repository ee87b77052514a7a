import type { S3Client } from '@aws-sdk/client-s3';
import type { BucketTarget } from '../audit-forge/s3/s3-store.js';

export type Send<T> = (
  client: S3Client,
  target: BucketTarget,
  abort: { abortSignal: AbortSignal },
) => Promise<T>;

/** Calls one bucket, until the doctor is told to stop. */
export interface BucketCaller {
  readonly signal: AbortSignal;
  /** @throws S3Failure */
  call<T>(operation: string, send: Send<T>): Promise<T>;
}
