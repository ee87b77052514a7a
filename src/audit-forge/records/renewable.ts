import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { FORMATS } from '../encoders/formats.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { EXPORT_PREFIX } from '../exports/export-key.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportDone } from './export-record.js';
import { invalidRecord } from './parse-record.js';

/**
 * A link is signed only to what this service would have written itself: whoever can write a record must not
 * get a link to anything else.
 *
 * @throws AuditForgeError `invalid_export_record`
 */
export function assertOwnObject(
  { export_id, engagement_id, format, s3_bucket, s3_key }: ExportDone,
  { bucket }: BucketLocation,
): void {
  if (s3_bucket !== bucket) throw invalidRecord({ export_id, fields: ['s3_bucket'] });
  const ending = `.${FORMATS[format].extension}`;
  const start = `${EXPORT_PREFIX}${engagement_id}-`;
  const isOwn =
    s3_key !== null &&
    s3_key.startsWith(start) &&
    s3_key.endsWith(ending) &&
    /^\d{8}T\d{6}Z$/.test(s3_key.slice(start.length, -ending.length));
  if (!isOwn) throw invalidRecord({ export_id, fields: ['s3_key'] });
}

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
