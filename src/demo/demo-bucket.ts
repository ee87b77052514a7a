import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';

export interface StoredObject {
  size: number;
  /** With its quotes; of what the demo puts it is the MD5. */
  etag: string;
}

/** The platform's bucket as the demo fills it. */
export class DemoBucket {
  constructor(
    private readonly client: S3Client,
    readonly name: string,
    private readonly signal: AbortSignal,
  ) {}

  async list(prefix: string): Promise<Map<string, StoredObject>> {
    const found = new Map<string, StoredObject>();
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix });
    for await (const { Contents } of pages) {
      for (const { Key, Size, ETag } of Contents ?? []) found.set(Key!, { size: Size!, etag: ETag! });
    }
    return found;
  }

  async put(key: string, body: Buffer | Readable | string, size?: number): Promise<void> {
    await this.client.send(
      new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, ContentLength: size }),
      { abortSignal: this.signal },
    );
  }

  async putIfAbsent(key: string, body: string): Promise<void> {
    try {
      await this.client.send(
        new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, IfNoneMatch: '*' }),
      );
    } catch (error) {
      if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 412) throw error;
    }
  }

  async read(key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
      return await Body!.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }
}

/** One digest of all that was listed: it changes with any key, any size and any content. */
export function digestOf(objects: ReadonlyMap<string, StoredObject>): string {
  const hash = createHash('sha256');
  for (const [key, { size, etag }] of objects) hash.update(`${JSON.stringify([key, size, etag])}\n`);
  return hash.digest('hex');
}
