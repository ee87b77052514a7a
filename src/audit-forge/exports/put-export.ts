import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import { KeyTaken, type ExportTarget, type StoredExport } from './export-object.js';

/** Puts a small log in one piece. @throws KeyTaken, S3Failure */
export async function putExport(
  store: S3Store,
  { location, key, headers }: ExportTarget,
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
    throw keyTakenOr(error, key);
  }
}

/** `null` as a version is what S3 calls an object written while versioning was suspended. */
export function versionIdOf(versionId: string | undefined): string | null {
  return versionId === undefined || versionId === 'null' || versionId === '' ? null : versionId;
}

export function keyTakenOr(error: unknown, key: string): unknown {
  const taken =
    error instanceof S3Failure && (error.reason === 'precondition_failed' || error.reason === 'conflict');
  return taken ? new KeyTaken(key) : error;
}
