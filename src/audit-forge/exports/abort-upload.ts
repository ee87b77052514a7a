import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportTarget } from './export-object.js';

/**
 * Ends an upload and all that it left in the store: from then on nobody can complete it. One that is not there
 * has been ended, or completed, before.
 * @throws S3Failure
 */
export async function abortUpload(
  store: S3Store,
  { location, key }: Pick<ExportTarget, 'location' | 'key'>,
  uploadId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await store.send('AbortMultipartUpload', location, signal, (client, bucket, abort) =>
      client.send(new AbortMultipartUploadCommand({ ...bucket, Key: key, UploadId: uploadId }), abort),
    );
  } catch (error) {
    if (!(error instanceof S3Failure) || error.reason !== 'missing') throw error;
  }
}
