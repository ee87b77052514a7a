import type { AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import type { BucketLocation } from '../audit-forge/s3/s3-clients.js';
import { CommandError } from '../command-line.js';
import { BucketContext, type BucketRole } from './bucket-context.js';
import { OWN, REDIS, SHARED } from './bucket-checks.js';
import { cleanUp } from './checks/clean-up.js';
import { engagementRecord } from './checks/engagement-record.js';
import { worstOf, type BucketReport, type Check, type Report } from './finding.js';
import { runChecks, type CheckObserver } from './run-checks.js';
import { doctorServices } from './services.js';

/**
 * Checks the shared bucket, and that of an engagement where it has one of its own. What is written is removed
 * again, also when `signal` ends the checks.
 * @throws CommandError when no region is set
 */
export async function diagnose(
  options: AuditForgeOptions,
  engagementId: string | undefined,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<Report> {
  const services = doctorServices(options);
  try {
    await services.clients.onModuleInit().catch(({ message }: Error) => {
      throw new CommandError(message);
    });
    const of = (role: BucketRole, location: BucketLocation, checks: readonly Check[]) =>
      diagnoseBucket(new BucketContext(role, location, services, signal), checks, observer);

    let own: BucketLocation | undefined;
    const record =
      engagementId === undefined ? [] : [engagementRecord(engagementId, (location) => (own = location))];
    const shared = [...SHARED, ...(options.redisUrl === undefined ? [] : REDIS), ...record];
    const buckets = [await of('shared', { bucket: options.sharedBucket }, shared)];
    if (own !== undefined) buckets.push(await of('engagement', own, OWN));
    return { buckets, worst: worstOf(buckets.flatMap(({ checks }) => checks)) };
  } finally {
    services.clients.onApplicationShutdown();
  }
}

async function diagnoseBucket(
  context: BucketContext,
  checks: readonly Check[],
  observer: CheckObserver,
): Promise<BucketReport> {
  const reports = await runChecks(checks, context, observer);
  const removal = { id: 'clean-up', title: 'test objects' };
  observer.begins(context.bucket, removal);
  const removed = { ...removal, ...(await cleanUp(context)) };
  observer.ended(context.bucket, removed);
  return { bucket: context.bucket, role: context.role, checks: [...reports, removed] };
}
