import { abortUpload } from '../exports/abort-upload.js';
import { findWritten } from '../exports/written-object.js';
import type { ExportDone } from '../records/export-record.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import type { S3Store } from '../s3/s3-store.js';
import type { Completing } from './job-run.js';

/**
 * Ends what runs before this one were about to complete: one that is only slow must not complete it after this
 * one has looked what there is. Of uploads alone; a put is refused where the key has been taken meanwhile.
 */
export async function endUploads(
  store: S3Store,
  location: BucketLocation,
  before: readonly Completing[],
  signal: AbortSignal,
): Promise<void> {
  for (const { object } of before)
    if (object !== null && object.uploadId !== null)
      await abortUpload(store, { location, key: object.key }, object.uploadId, signal);
}

/**
 * Looks which of the runs has completed what it was about to.
 * @returns its record; undefined where none has
 */
export async function completedOf(
  store: S3Store,
  location: BucketLocation,
  runs: readonly Completing[],
  signal: AbortSignal,
): Promise<ExportDone | undefined> {
  for (const { object, done } of runs) {
    if (object === null) return done;
    const { key, written } = object;
    const found = await findWritten(store, { location, key }, written, signal);
    if (found !== undefined) return { ...done, s3_version_id: found.versionId };
  }
  return undefined;
}
