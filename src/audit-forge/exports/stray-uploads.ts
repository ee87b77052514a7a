import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import { describeError } from '../errors/describe-error.js';
import type { S3Store } from '../s3/s3-store.js';
import { abortUpload } from './abort-upload.js';
import type { ExportTarget } from './export-object.js';

const LIMIT_MS = 30_000;
const logger = new Logger('AuditForge');

/**
 * Ends the uploads of a key that nobody knows of: an upload that was begun, but whose answer never came, has
 * no id here. The key is reserved, so what lies under it is of this export, or of another process in the same
 * second, whose completion then fails. What cannot be ended is left to the bucket's lifecycle rule, and logged.
 *
 * @param known the upload that goes on
 */
export async function endStrayUploads(
  store: S3Store,
  { location, key }: ExportTarget,
  known: string | undefined,
): Promise<void> {
  // Goes on after the request's own signal, which may be why an answer never came.
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const { Uploads = [] } = await store.send(
      'ListMultipartUploads',
      location,
      signal,
      (client, bucket, abort) =>
        client.send(new ListMultipartUploadsCommand({ ...bucket, Prefix: key }), abort),
    );
    for (const { Key, UploadId } of Uploads) {
      if (Key !== key || UploadId === known) continue;
      await abortUpload(store, { location, key }, UploadId!, signal);
    }
  } catch (error) {
    logger.error({ msg: 'auditforge_export_upload_left_open', key, cause: describeError(error) });
  }
}
