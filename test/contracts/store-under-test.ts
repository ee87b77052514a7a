import { createCipheriv } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client, type PutObjectCommandInput } from '@aws-sdk/client-s3';

/**
 * What a store can do beyond what all of them must. Where something is absent, the contract asserts what the store
 * does instead, so that the service's other way is known to be right.
 */
export interface StoreCapabilities {
  /**
   * `If-None-Match: *` on put and completion. `unversioned puts`: not on completion, nor in a bucket with
   * versioning. Where it is absent it is ignored: the later write stands.
   */
  conditionalWrites: boolean | 'unversioned puts';
  /** `x-amz-checksum-…` verified, kept and given back. Absent: ignored; the MD5 etag is the check. */
  checksums: boolean;
  /** aws-chunked bodies with a checksum behind them. Absent: refused. */
  trailers: boolean;
  versioning: boolean;
  partCopy: boolean;
  /** Bytes that every part but the last must have. */
  minimumPartSize: number;
  /** PutBucketEncryption. Absent: refused. */
  encryptionConfig: boolean;
  /** All four public-access blocks. Absent: once they are set, the store refuses its own account's puts. */
  publicAccessBlock: boolean;
  /** `x-amz-expected-bucket-owner`: the account id that owns the buckets. Absent: the header is ignored. */
  ownerAccountId: string | undefined;
  /** Where the store is not like S3 in what the service does without. Default: nowhere. */
  departures?: readonly Departure[];
}

export type Departure =
  /** The answer to a completion has an empty etag; the object has the right one. */
  | 'completion without etag'
  /** A completion takes parts in any order, and puts them together by their numbers. */
  | 'parts in any order'
  /** Of an upload that is gone, the list of parts is 404 NoSuchKey, and a completion 500 InternalError. */
  | 'other codes for a missing upload'
  /** A part copy does not look at `x-amz-copy-source-if-match`, and decodes a `%` in the source's key twice. */
  | 'careless part copy'
  /** The 404 of an object behind a delete marker does not name the marker. */
  | 'silent delete marker'
  /** A link that is dated in the future opens before its time. */
  | 'links before their time'
  /** A bucket that never had public-access blocks says that all of them are off. */
  | 'public-access blocks by default';

export interface StoreUnderTest {
  config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    forcePathStyle: boolean;
  };
  capabilities: StoreCapabilities;
  /** A bucket that no one else uses; its name. */
  makeBucket(options?: { versioned?: boolean }): Promise<string>;
  close(): Promise<void>;
}

/** What the suites share: the store, a client for it, and the few calls that they all make. */
export class Contract {
  readonly client: S3Client;

  constructor(readonly store: StoreUnderTest) {
    this.client = this.clientWith({});
  }

  get capabilities(): StoreCapabilities {
    return this.store.capabilities;
  }

  departs(departure: Departure): boolean {
    return this.capabilities.departures?.includes(departure) ?? false;
  }

  /** One attempt, so that each answer is seen; checksums only where a spec asks for them. */
  clientWith(config: ConstructorParameters<typeof S3Client>[0]): S3Client {
    return new S3Client({
      ...this.store.config,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...config,
    });
  }

  put(bucket: string, key: string, body: string | Buffer, more: Partial<PutObjectCommandInput> = {}) {
    return this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...more }));
  }

  async read(bucket: string, key: string, versionId?: string): Promise<Buffer> {
    const answer = await this.client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
    );
    return Buffer.from(await answer.Body!.transformToByteArray());
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.store.close();
  }
}

export interface Refusal {
  code: string;
  status: number | undefined;
}

/** The code and status that a call was refused with; a call that was not is an error. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const refused = await call.then(
    () => undefined,
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) => error,
  );
  if (!refused) throw new Error('The store did not refuse the call.');
  return { code: refused.name, status: refused.$metadata?.httpStatusCode };
}

/** Bytes without a pattern, the same in every run: the key stream of a cipher. */
export function sampleBytes(length: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}
