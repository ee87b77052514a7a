import type { BucketLocation } from '../s3/s3-clients.js';

/** One audit of one client, as its record tells it. */
export interface Engagement {
  id: string;
  name: string;
  status: string;
  /** Where its shards and exports lie; null: the shared bucket. */
  source_bucket: string | null;
  source_region: string | null;
  /** The 12 digits of the account that must own the source bucket. */
  source_account?: string;
  /** ISO 8601. */
  created_at: string;
}

/** The bucket of the engagement's log. Region and owner of a record are those of its own bucket alone. */
export function logLocation(engagement: Engagement, shared: BucketLocation): BucketLocation {
  if (engagement.source_bucket === null) return shared;
  return {
    bucket: engagement.source_bucket,
    ...(engagement.source_region === null ? {} : { region: engagement.source_region }),
    ...(engagement.source_account === undefined ? {} : { account: engagement.source_account }),
  };
}
