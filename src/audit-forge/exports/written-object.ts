import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { hasMd5Etag, unquoted } from '../s3/etag.js';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import { withChecksums } from '../s3/sdk-get.js';
import type { ExportTarget, StoredExport } from './export-object.js';

/** What was sent, in the words in which a store can say it back. */
export interface WrittenObject {
  size: number;
  /** Without quotes; undefined where the parts' etags are no MD5s. */
  etag: string | undefined;
  /** Composite; undefined where the store was sent none. */
  crc32?: string | undefined;
}

/**
 * Looks whether a write that was tried again had worked the first time, its answer lost: then the second try
 * is refused, since the key is taken by the first.
 *
 * @returns undefined when the key has no object, or one that is not surely the same
 */
export async function findWritten(
  store: S3Store,
  target: Pick<ExportTarget, 'location' | 'key'>,
  written: WrittenObject,
  signal: AbortSignal,
): Promise<StoredExport | undefined> {
  try {
    const found = await head(store, target, null, signal);
    const { agreed, differs } = compare(found, written);
    const isSame = agreed.length > 1 && differs === undefined;
    return isSame ? { key: target.key, versionId: versionIdOf(found.VersionId) } : undefined;
  } catch (error) {
    if (error instanceof S3Failure && error.reason === 'missing') return undefined;
    throw error;
  }
}

/**
 * Asks the store what it has, before anybody gets a link to it.
 * @throws AuditForgeError `storage_unavailable` where that is not what was sent
 */
export async function assertWritten(
  store: S3Store,
  target: ExportTarget,
  { versionId }: StoredExport,
  written: WrittenObject,
  signal: AbortSignal,
): Promise<void> {
  const { differs } = compare(await head(store, target, versionId, signal), written);
  if (differs === undefined) return;
  const { location, key } = target;
  throw new AuditForgeError('storage_unavailable', {
    context: { bucket: location.bucket, key, version: versionId, reason: `the stored object ${differs}` },
  });
}

/** `null` as a version is what S3 calls an object written while versioning was suspended. */
export function versionIdOf(versionId: string | undefined): string | null {
  return versionId === undefined || versionId === 'null' || versionId === '' ? null : versionId;
}

function head(
  store: S3Store,
  { location, key }: Pick<ExportTarget, 'location' | 'key'>,
  versionId: string | null,
  signal: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  const version = versionId === null ? {} : { VersionId: versionId };
  return store.send('HeadObject', location, signal, (client, target, abort) =>
    client.send(withChecksums(new HeadObjectCommand({ ...target, ...version, Key: key })), abort),
  );
}

/** What agrees of all that both sides say, and the first thing that does not. */
function compare(
  found: HeadObjectCommandOutput,
  { size, etag, crc32 }: WrittenObject,
): { agreed: string[]; differs: string | undefined } {
  const facts: Array<[name: string, sent: string | undefined, found: string | undefined]> = [
    ['bytes', String(size), String(found.ContentLength)],
    ['etag', etag, hasMd5Etag(found) && found.ETag ? unquoted(found.ETag) : undefined],
    ['CRC32', crc32, found.ChecksumType === 'COMPOSITE' ? found.ChecksumCRC32 : undefined],
  ];
  const agreed: string[] = [];
  for (const [name, sent, has] of facts) {
    if (sent === undefined || has === undefined) continue;
    if (sent !== has) return { agreed, differs: `has ${has} as its ${name}, but ${sent} was sent` };
    agreed.push(name);
  }
  return { agreed, differs: undefined };
}
