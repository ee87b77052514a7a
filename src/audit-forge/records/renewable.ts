import { FORMATS } from '../encoders/formats.js';
import { EXPORT_PREFIX } from '../exports/export-key.js';
import type { BucketLocation } from '../s3/s3-clients.js';
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
