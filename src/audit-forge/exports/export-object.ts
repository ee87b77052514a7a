import type { BucketLocation } from '../s3/s3-clients.js';

/** What is put into the store: where, and the headers that the object keeps. */
export interface ExportTarget {
  location: BucketLocation;
  key: string;
  headers: {
    ContentType: string;
    ContentDisposition: string;
    CacheControl: string;
  };
}

/** An object that is whole in the store. */
export interface StoredExport {
  key: string;
  /** null where the bucket is not versioned. */
  versionId: string | null;
}

/** The key was taken by another process: a conditional write was refused. Take the next second. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken';

  constructor(readonly key: string) {
    super(`${key} is taken`);
  }
}
