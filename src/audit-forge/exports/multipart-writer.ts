import { crc32 } from 'node:zlib';
import { CompleteMultipartUploadCommand, UploadPartCommand, type CompletedPart } from '@aws-sdk/client-s3';
import { compositeCrc32, crc32Base64 } from '../s3/crc32.js';
import { multipartEtag } from '../s3/etag.js';
import { CutBody } from '../s3/read-errors.js';
import type { S3Store } from '../s3/s3-store.js';
import { abortUpload } from './abort-upload.js';
import { beginUpload, type BegunUpload } from './begin-upload.js';
import type { ExportTarget, StoredExport } from './export-object.js';
import { keyTakenOr } from './key-taken.js';
import { LogOutgrewPlan, MAX_PARTS } from './part-size.js';
import { assertWritten, findWritten, versionIdOf, type WrittenObject } from './written-object.js';

const ABORT_LIMIT_MS = 30_000;

/**
 * One multipart upload: parts go up side by side, each held by the store to its checksum, and the object
 * appears only when `complete` succeeds. After any failure, `abort`.
 */
export class MultipartWriter {
  private readonly parts: CompletedPart[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private size = 0;
  /** Why a part did not arrive; the upload can only be aborted then. */
  private failed: { error: unknown } | undefined;

  private constructor(
    private readonly store: S3Store,
    private readonly target: ExportTarget,
    private readonly upload: BegunUpload,
    private readonly signal: AbortSignal,
  ) {}

  static async create(store: S3Store, target: ExportTarget, signal: AbortSignal): Promise<MultipartWriter> {
    return new MultipartWriter(store, target, await beginUpload(store, target, signal), signal);
  }

  get uploadId(): string {
    return this.upload.uploadId;
  }

  /** Starts a part. `body` must not change until `onDone`, which is called however it ends. */
  start(body: Buffer, onDone: () => void): void {
    this.rethrowFailure();
    const number = this.parts.length + 1;
    if (number > MAX_PARTS) {
      throw new LogOutgrewPlan(
        this.target.key,
        `it has more than ${MAX_PARTS} parts of ${body.length} bytes`,
      );
    }
    const part: CompletedPart = { PartNumber: number };
    this.parts.push(part);
    this.size += body.length;
    const arrival = this.send(part, body).finally(() => {
      this.inFlight.delete(arrival);
      onDone();
    });
    arrival.catch((error: unknown) => (this.failed ??= { error }));
    this.inFlight.add(arrival);
  }

  /** Resolves when one of the parts on their way has arrived. @throws what made it fail */
  async oneDone(): Promise<void> {
    await Promise.race(this.inFlight);
    this.rethrowFailure();
  }

  /** What has gone up, once all of it is there. @throws what made a part fail */
  async allArrived(): Promise<WrittenObject> {
    await Promise.all(this.inFlight);
    this.rethrowFailure();
    return this.written();
  }

  /** @throws KeyTaken, S3Failure; then the upload is still open */
  async complete(): Promise<StoredExport> {
    await this.allArrived();
    const { location, key, at } = this.target;
    let tries = 0;
    try {
      const { VersionId } = await this.store.traits.use(
        'conditional_completion',
        location.bucket,
        (conditional) => {
          const condition = conditional ? { IfNoneMatch: '*' } : {};
          return this.store.send(
            'CompleteMultipartUpload',
            location,
            this.signal,
            (client, bucket, abort) => {
              tries++;
              return client.send(
                new CompleteMultipartUploadCommand({
                  ...bucket,
                  ...condition,
                  Key: key,
                  UploadId: this.upload.uploadId,
                  MultipartUpload: { Parts: this.parts },
                  MpuObjectSize: this.size,
                }),
                abort,
              );
            },
          );
        },
      );
      // Ceph takes a second completion for the first, but does not name the version again.
      const unnamed = tries > 1 && VersionId === undefined ? await this.find() : undefined;
      if (unnamed !== undefined) return unnamed;
      const stored = { key, versionId: versionIdOf(VersionId) };
      await assertWritten(this.store, this.target, stored, this.written(), this.signal);
      return stored;
    } catch (error) {
      const found = tries > 1 ? await this.find() : undefined;
      if (found !== undefined) return found;
      throw keyTakenOr(error, at);
    }
  }

  /**
   * Ends the upload and everything that it left in the store. Parts on their way are awaited first: one that
   * arrives after an abort would stay. Goes on after the request's own signal, which may be why it ends.
   *
   * @returns whether the store has confirmed it
   */
  async abort(): Promise<boolean> {
    await Promise.allSettled(this.inFlight);
    try {
      await abortUpload(this.store, this.target, this.uploadId, AbortSignal.timeout(ABORT_LIMIT_MS));
      return true;
    } catch {
      return false;
    }
  }

  /** The object, where a completion that was not answered has worked after all. */
  private find(): Promise<StoredExport | undefined> {
    return findWritten(this.store, this.target, this.written(), this.signal);
  }

  private written(): WrittenObject {
    return {
      size: this.size,
      etag: multipartEtag(this.parts.map(({ ETag }) => ETag)),
      crc32: compositeCrc32(this.parts.map(({ ChecksumCRC32 }) => ChecksumCRC32)),
    };
  }

  private rethrowFailure(): void {
    if (this.failed !== undefined) throw this.failed.error;
  }

  private async send(part: CompletedPart, body: Buffer): Promise<void> {
    const { location, key } = this.target;
    const check = this.upload.usesCrc32 ? { ChecksumCRC32: crc32Base64(crc32(body)) } : {};
    const input = {
      ...check,
      Key: key,
      UploadId: this.upload.uploadId,
      PartNumber: part.PartNumber,
      Body: body,
    };
    const { ETag } = await this.store.send(
      'UploadPart',
      location,
      this.signal,
      async (client, bucket, abort) => {
        const answer = await client.send(new UploadPartCommand({ ...bucket, ...input }), abort);
        if (answer.ETag === undefined) throw new CutBody('the answer names no etag');
        return answer;
      },
    );
    part.ETag = ETag;
    if (this.upload.usesCrc32) part.ChecksumCRC32 = check.ChecksumCRC32;
  }
}
