import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportTarget, StoredExport } from './export-object.js';
import { keyTakenOr } from './key-taken.js';

/** Puts a small log in one piece. @throws KeyTaken, S3Failure */
export async function putExport(
  store: S3Store,
  { location, key, at, headers }: ExportTarget,
  body: Buffer,
  signal: AbortSignal,
): Promise<StoredExport> {
  const ContentMD5 = createHash('md5').update(body).digest('base64');
  try {
    const { VersionId } = await store.send('PutObject', location, signal, (client, target, abort) =>
      client.send(
        new PutObjectCommand({ ...target, ...headers, Key: key, Body: body, ContentMD5, IfNoneMatch: '*' }),
        abort,
      ),
    );
    return { key, versionId: versionIdOf(VersionId) };
  } catch (error) {
    throw keyTakenOr(error, at);
  }
}

/** `null` as a version is what S3 calls an object written while versioning was suspended. */
export function versionIdOf(versionId: string | undefined): string | null {
  return versionId === undefined || versionId === 'null' || versionId === '' ? null : versionId;
}
