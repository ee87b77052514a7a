import type {
  LifecycleRule,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';

/** What a bucket has to be: design of the provision command and measure of the doctor. Pure. */

export const BLOCKS = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const satisfies readonly (keyof PublicAccessBlockConfiguration)[];

export const ABORT_RULE_ID = 'auditforge-abort-incomplete-uploads';
const ABORT_AFTER_DAYS = 1;

export function missingBlocks(configuration: PublicAccessBlockConfiguration | undefined): string[] {
  return BLOCKS.filter((block) => configuration?.[block] !== true);
}

/** The algorithm; undefined where objects are encrypted only if each put asks for it. KMS counts: it is stricter. */
export function defaultEncryption(
  configuration: ServerSideEncryptionConfiguration | undefined,
): string | undefined {
  const [rule] = configuration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
}

/** Whether a rule aborts every incomplete upload under a prefix, after no more than so many days. */
export function abortsUploads(
  rule: LifecycleRule,
  prefix: string,
  withinDays = Number.POSITIVE_INFINITY,
): boolean {
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (rule.Status !== 'Enabled' || days === undefined || days > withinDays) return false;
  const { Prefix, ...narrower } = rule.Filter ?? {};
  // S3 does not take tags and sizes for this action; where one stands, the rule is about something else.
  if (Object.values(narrower).some((value) => value !== undefined)) return false;
  return prefix.startsWith(Prefix ?? rule.Prefix ?? '');
}

/** The rules with ours, all others as they are. The same array where nothing is to be changed. */
export function withAbortRule(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  if (rules.some((rule) => abortsUploads(rule, '', ABORT_AFTER_DAYS))) return rules;
  // A configuration is in one style or the other: the filter, or the older prefix of the rule itself.
  const older = rules.some((rule) => rule.Filter === undefined && rule.Prefix !== undefined);
  const ours: LifecycleRule = {
    ID: ABORT_RULE_ID,
    Status: 'Enabled',
    ...(older ? { Prefix: '' } : { Filter: { Prefix: '' } }),
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS },
  };
  return [...rules.filter(({ ID }) => ID !== ABORT_RULE_ID), ours];
}
