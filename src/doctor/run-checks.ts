import type { BucketContext } from './bucket-context.js';
import { findingOfFailure } from './finding-of-failure.js';
import { notChecked, type Check, type CheckReport, type Finding } from './finding.js';

/** Told of each check as it begins and ends. */
export interface CheckObserver {
  begins(bucket: string, check: Pick<Check, 'title'>): void;
  ended(bucket: string, check: CheckReport): void;
}

/** Makes the checks in their order. One that fails stops only those that need it. */
export async function runChecks(
  checks: readonly Check[],
  context: BucketContext,
  observer: CheckObserver,
): Promise<CheckReport[]> {
  const reports: CheckReport[] = [];
  const without = new Set<string>();
  for (const check of checks) {
    observer.begins(context.bucket, check);
    const missing = check.needs?.find((id) => without.has(id));
    const finding = missing === undefined ? await make(check, context) : passedOver(missing, checks);
    if (missing !== undefined || finding.status === 'red') without.add(check.id);
    const report = { id: check.id, title: check.title, ...finding };
    reports.push(report);
    observer.ended(context.bucket, report);
  }
  return reports;
}

async function make(check: Check, context: BucketContext): Promise<Finding> {
  if (context.signal.aborted) return notChecked('interrupted');
  try {
    return await check.run(context);
  } catch (error) {
    return context.signal.aborted ? notChecked('interrupted') : findingOfFailure(check, error);
  }
}

function passedOver(missing: string, checks: readonly Check[]): Finding {
  return notChecked(`needs "${checks.find(({ id }) => id === missing)?.title ?? missing}"`);
}
