import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { CutBody } from '../s3/read-errors.js';
import { S3Failure } from '../s3/s3-failure.js';
import type { S3Store } from '../s3/s3-store.js';
import type { ExportTarget } from './export-object.js';
import { endStrayUploads } from './stray-uploads.js';

export interface BegunUpload {
  uploadId: string;
  /** The store knows CRC32; else a part is held to the SHA-256 that its request is signed with. */
  usesCrc32: boolean;
}

/** Begins a multipart upload, and leaves no other one behind. @throws S3Failure, or the signal's reason */
export async function beginUpload(
  store: S3Store,
  target: ExportTarget,
  signal: AbortSignal,
): Promise<BegunUpload> {
  let tries = 0;
  try {
    const { UploadId, ChecksumAlgorithm } = await store.traits.use(
      'multipart_checksum',
      target.location.bucket,
      (checksums) => {
        const algorithm = checksums ? { ChecksumAlgorithm: 'CRC32' as const } : {};
        const input = { ...target.headers, ...algorithm, Key: target.key };
        return store.send('CreateMultipartUpload', target.location, signal, async (client, bucket) => {
          tries++;
          // Not aborted when the client leaves: whether it has worked would not be known.
          const answer = await client.send(new CreateMultipartUploadCommand({ ...bucket, ...input }));
          if (answer.UploadId === undefined) throw new CutBody('the answer names no upload');
          return answer;
        });
      },
    );
    if (tries > 1) await endStrayUploads(store, target, UploadId);
    return { uploadId: UploadId!, usesCrc32: ChecksumAlgorithm === 'CRC32' };
  } catch (error) {
    if (tries > 0 && mayHaveWorked(error)) await endStrayUploads(store, target, undefined);
    throw error;
  }
}

/** No answer said that it has not. */
function mayHaveWorked(error: unknown): boolean {
  return !(error instanceof S3Failure) || error.reason === 'transient';
}
