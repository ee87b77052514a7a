/** `[A-Za-z0-9][A-Za-z0-9_-]{0,127}`: an engagement id is part of keys and of file names. */
export const ENGAGEMENT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/**
 * A plain general-purpose bucket: no ARN, no access point or its alias, no directory bucket, no IP address.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const BUCKET_NAME =
  /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-)(?!.*(?:\.\.|\.-|-\.|-s3alias$|--ol-s3$|--x-s3$|--table-s3$|\.mrap$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** As a bucket name, with `*` for any run of characters inside it: `metis-af-*-123456789012`. */
export const BUCKET_PATTERN = /^[a-z0-9][a-z0-9.*-]{1,100}[a-z0-9]$/;

export const REGION_NAME = /^(?!-)[a-z0-9-]{1,32}(?<!-)$/;

export const ACCOUNT_ID = /^\d{12}$/;

/** A test of names against a list of patterns; every name passes where there is no list. */
export function bucketAllowList(patterns: readonly string[] | undefined): (bucket: string) => boolean {
  if (patterns === undefined) return () => true;
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[a-z0-9.-]*')}$`),
  );
  return (bucket) => expressions.some((expression) => expression.test(bucket));
}
