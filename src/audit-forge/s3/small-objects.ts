import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import type { BucketLocation } from './s3-clients.js';
import { isKeyTaken, S3Failure } from './s3-failure.js';
import { S3Store } from './s3-store.js';

/** What is over this is not read: records are a few hundred bytes. */
const MAX_SMALL_BYTES = 64 * 1024;

/** The object is larger than anything that is read whole. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor() {
    super(`it is over ${MAX_SMALL_BYTES} bytes`);
  }
}

/** Objects that are read and written whole: records, and shards of a few events. */
@Injectable()
export class SmallObjects {
  constructor(private readonly store: S3Store) {}

  /**
   * @returns null where there is none
   * @throws TooLarge, S3Failure
   */
  async read(location: BucketLocation, key: string, signal: AbortSignal): Promise<string | null> {
    try {
      const bytes = await this.store.send('GetObject', location, signal, async (client, target, abort) => {
        const { Body, ContentLength } = await client.send(
          new GetObjectCommand({ ...target, Key: key }),
          abort,
        );
        if (ContentLength === undefined || ContentLength <= MAX_SMALL_BYTES)
          return Body?.transformToByteArray();
        (Body as Readable).destroy();
        return 'too large';
      });
      if (bytes === 'too large') throw new TooLarge();
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (error instanceof S3Failure && error.reason === 'missing') return null;
      throw error;
    }
  }

  /**
   * Puts an object that is written once. Where the store knows no conditional writes, a second one replaces it.
   *
   * @returns false where the key has another object already
   * @throws S3Failure
   */
  async create(
    location: BucketLocation,
    object: { key: string; body: string; contentType: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { key, body, contentType } = object;
    try {
      await this.store.traits.use('conditional_put', location.bucket, (conditional) =>
        this.store.send('PutObject', location, signal, (client, target, abort) =>
          client.send(
            new PutObjectCommand({
              ...target,
              Key: key,
              Body: body,
              // A byte that is flipped on its way is refused.
              ContentMD5: createHash('md5').update(body).digest('base64'),
              ContentType: contentType,
              ...(conditional ? { IfNoneMatch: '*' } : {}),
            }),
            abort,
          ),
        ),
      );
      return true;
    } catch (error) {
      if (!isKeyTaken(error)) throw error;
      // A try whose answer was lost may have written it.
      return (await this.read(location, key, signal)) === body;
    }
  }
}
