import type { BucketLocation } from '../s3/s3-clients.js';

/** What is put into the store: where, and the headers that the object keeps. */
export interface ExportTarget {
  location: BucketLocation;
  key: string;
  /** The second in the key. */
  at: Date;
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
