import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { BucketCaller, Send } from './bucket-caller.js';
import { headBucket, type HeadAnswer } from './head-bucket.js';
import type { DoctorServices } from './services.js';
import type { BucketLocation } from '../audit-forge/s3/s3-clients.js';

/** How long it may take to remove something, also when the doctor was told to stop. */
const REMOVE_WITHIN_MS = 15_000;

export type BucketRole = 'shared' | 'engagement';

/** One bucket, and what its checks share. */
export class BucketContext implements BucketCaller {
  /** Part of every key that is written. An engagement id cannot start with a dot, so none can own them. */
  readonly mark = `.doctor-${randomBytes(5).toString('hex')}`;
  readonly testKey = `auditforge/exports/${this.mark}`;
  readonly testBody = Buffer.from(
    `A test object of the AuditForge doctor, ${this.mark}. It may be removed.\n`,
  );
  /** Of the test object; null in a bucket without versioning. */
  versionId: string | null = null;
  /** Keys that were written, or may have been, and are to be removed in the end. */
  readonly written = new Set<string>();
  private asked: Promise<HeadAnswer> | undefined;

  constructor(
    readonly role: BucketRole,
    readonly location: BucketLocation,
    readonly services: DoctorServices,
    readonly signal: AbortSignal,
  ) {}

  get bucket(): string {
    return this.location.bucket;
  }

  /** A store of AWS itself, where every right can be given and withheld. */
  get isAws(): boolean {
    const { s3Endpoint } = this.services.options;
    return s3Endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(s3Endpoint).hostname);
  }

  /** What HeadBucket answers; asked once. */
  head(): Promise<HeadAnswer> {
    this.asked ??= headBucket(this);
    return this.asked;
  }

  /** @throws S3Failure */
  call<T>(operation: string, send: Send<T>, signal = this.signal): Promise<T> {
    return this.services.store.send(operation, this.location, signal, send);
  }

  /**
   * Removes what was written under a key. In a versioned bucket that hides it; its versions stay.
   * @throws S3Failure
   */
  async remove(key: string): Promise<void> {
    const send: Send<unknown> = (client, target, abort) =>
      client.send(new DeleteObjectCommand({ ...target, Key: key }), abort);
    await this.call('DeleteObject', send, AbortSignal.timeout(REMOVE_WITHIN_MS));
    this.written.delete(key);
  }
}
