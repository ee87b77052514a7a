import type { BucketContext } from '../bucket-context.js';
import { failureOf } from '../../provision/failure.js';
import { amber, green, type Finding } from '../finding.js';

/** Removes what the checks have written, whatever became of them. Not one of the checks: it is always made. */
export async function cleanUp(context: BucketContext): Promise<Finding> {
  if (context.written.size === 0) return green('nothing was written');
  const left: string[] = [];
  for (const key of Array.from(context.written)) {
    try {
      await context.remove(key);
    } catch (error) {
      left.push(`${key} (${failureOf(error).code})`);
    }
  }
  if (left.length > 0) {
    return amber(
      `left: ${left.join(', ')}`,
      'Remove them, and allow s3:DeleteObject on auditforge/exports/.doctor-* as docs/iam-policy.json does.',
    );
  }
  return green(
    context.versionId === null
      ? 'removed'
      : 'removed; its versions stay behind a delete marker, since the service may not delete versions',
  );
}
