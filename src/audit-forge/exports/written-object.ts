import { createHash } from 'node:crypto';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { unquoted } from '../s3/etag.js';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportTarget, StoredExport } from './export-object.js';

/** What an object must be to be the one that was written. */
export interface WrittenObject {
  size: number;
  /** Without quotes; undefined where it cannot be foretold, so nothing is taken for it. */
  etag: string | undefined;
}

/**
 * Looks whether a write that was tried again had worked the first time, its answer lost: then the second try
 * is refused, since the key is taken by the first.
 *
 * @returns undefined when the key has no object, or another one
 */
export async function findWritten(
  store: S3Store,
  { location, key }: ExportTarget,
  { size, etag }: WrittenObject,
  signal: AbortSignal,
): Promise<StoredExport | undefined> {
  try {
    const found = await store.send('HeadObject', location, signal, (client, target, abort) =>
      client.send(new HeadObjectCommand({ ...target, Key: key }), abort),
    );
    const same = etag !== undefined && found.ContentLength === size && unquoted(found.ETag ?? '') === etag;
    return same ? { key, versionId: versionIdOf(found.VersionId) } : undefined;
  } catch (error) {
    if (error instanceof S3Failure && error.reason === 'missing') return undefined;
    throw error;
  }
}

/** `null` as a version is what S3 calls an object written while versioning was suspended. */
export function versionIdOf(versionId: string | undefined): string | null {
  return versionId === undefined || versionId === 'null' || versionId === '' ? null : versionId;
}

/**
 * The etag of an object of these parts: MD5 over the parts' MD5s, and their number.
 * @returns undefined where the parts' etags are no MD5s (KMS)
 */
export function multipartEtag(partEtags: ReadonlyArray<string | undefined>): string | undefined {
  const hash = createHash('md5');
  for (const etag of partEtags) {
    const md5 = unquoted(etag ?? '');
    if (!/^[0-9a-f]{32}$/.test(md5)) return undefined;
    hash.update(Buffer.from(md5, 'hex'));
  }
  return `${hash.digest('hex')}-${partEtags.length}`;
}
