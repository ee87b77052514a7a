import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { ExportDone } from '../records/export-record.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';

/**
 * The object is there as it was recorded: a version behind a delete marker was removed by somebody who meant it.
 * @throws AuditForgeError `export_gone`
 */
export async function assertObjectThere(
  store: S3Store,
  { export_id, s3_key: key, s3_version_id: versionId, size_bytes: size }: ExportDone,
  location: BucketLocation,
  signal: AbortSignal,
): Promise<void> {
  const versions = versionId === null ? [{}] : [{}, { VersionId: versionId }];
  try {
    for (const version of versions) {
      const { ContentLength } = await store.send('HeadObject', location, signal, (client, target, abort) =>
        client.send(new HeadObjectCommand({ ...target, ...version, Key: key! }), abort),
      );
      const isTheOne = versionId === null || 'VersionId' in version;
      if (isTheOne && ContentLength !== size) throw gone(export_id, 'it has another size');
    }
  } catch (error) {
    // A version id that is none is refused as a bad request.
    const isGone = error instanceof S3Failure && (error.reason === 'missing' || error.reason === 'other');
    throw isGone ? gone(export_id, 'it is not there', error) : error;
  }
}

function gone(exportId: string, reason: string, cause?: unknown): AuditForgeError {
  return new AuditForgeError('export_gone', { context: { export_id: exportId, reason }, cause });
}
