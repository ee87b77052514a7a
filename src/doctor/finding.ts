import type { BucketContext, BucketRole } from './bucket-context.js';

/** From best to worst. */
export const STATUSES = ['green', 'amber', 'red'] as const;

export type Status = (typeof STATUSES)[number];

/** What a check found. Neither sentence ever holds a secret, a token or a link. */
export interface Finding {
  status: Status;
  found: string;
  /** null where there is nothing to do, or where it stands at another check. */
  todo: string | null;
}

export interface Check {
  /** Stable, for programs. */
  id: string;
  /** For people. */
  title: string;
  /** Ids of earlier checks without which this one cannot be made: it is passed over if one of them is red. */
  needs?: readonly string[];
  /** What has to be allowed for it, as IAM names it. */
  permission?: string;
  /** The doctor alone asks for this; the service does without. So a refusal is amber, not red. */
  optional?: boolean;
  run: (context: BucketContext) => Promise<Finding>;
}

export interface CheckReport extends Finding {
  id: string;
  title: string;
}

export interface BucketReport {
  bucket: string;
  role: BucketRole;
  checks: CheckReport[];
}

export interface Report {
  buckets: BucketReport[];
  worst: Status;
}

export function green(found: string): Finding {
  return { status: 'green', found, todo: null };
}

export function amber(found: string, todo: string): Finding {
  return { status: 'amber', found, todo };
}

/** For want of another check's success. What to do stands there. */
export function notChecked(why: string): Finding {
  return { status: 'amber', found: `not checked: ${why}`, todo: null };
}

export function red(found: string, todo: string): Finding {
  return { status: 'red', found, todo };
}

export function worstOf(findings: readonly Finding[]): Status {
  return STATUSES.findLast((status) => findings.some((finding) => finding.status === status)) ?? 'green';
}
