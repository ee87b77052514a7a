import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { md5Of } from '../s3/etag.js';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportTarget, StoredExport } from './export-object.js';
import { keyTakenOr } from './key-taken.js';
import { assertWritten, findWritten, versionIdOf, type WrittenObject } from './written-object.js';

/** A small log in the words in which a store says it back. */
export function contentOf(body: Buffer): WrittenObject & { etag: string } {
  return { size: body.length, etag: createHash('md5').update(body).digest('hex') };
}

/** Puts a small log in one piece. @throws KeyTaken, S3Failure */
export async function putExport(
  store: S3Store,
  target: ExportTarget,
  body: Buffer,
  signal: AbortSignal,
  wanted = contentOf(body),
): Promise<StoredExport> {
  const { location, key, at, headers } = target;
  const content = { Body: body, ContentMD5: Buffer.from(wanted.etag, 'hex').toString('base64') };
  let tries = 0;
  try {
    const { VersionId, ...answer } = await store.traits.use(
      'conditional_put',
      location.bucket,
      (conditional) => {
        const condition = conditional ? { IfNoneMatch: '*' } : {};
        return store.send('PutObject', location, signal, (client, bucket, abort) => {
          tries++;
          return client.send(
            new PutObjectCommand({ ...bucket, ...headers, ...content, ...condition, Key: key }),
            abort,
          );
        });
      },
    );
    const stored = { key, versionId: versionIdOf(VersionId) };
    // The store has held the body to its MD5. Where it does not say it back, ask what it has.
    if (md5Of(answer.ETag, answer) !== wanted.etag)
      await assertWritten(store, target, stored, wanted, signal);
    return stored;
  } catch (error) {
    const written = tries > 1 ? await findWritten(store, target, wanted, signal) : undefined;
    if (written !== undefined) return written;
    throw keyTakenOr(error, at);
  }
}
