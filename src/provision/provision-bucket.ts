import { failureOf } from './failure.js';
import type { BucketCalls } from './bucket-calls.js';
import { ensureBucket } from './ensure-bucket.js';
import { STEPS, type StepName } from './steps.js';

export type Outcome = 'already so' | 'changed' | 'skipped' | 'REFUSED' | 'NOT KNOWN' | 'FAILED';

export interface StepReport {
  name: 'bucket' | StepName;
  outcome: Outcome;
  detail: string;
}

/**
 * Brings a bucket to the standard. A setting that the store does not take does not keep the others from being set.
 * @param told of each as it is done
 * @returns whether all is as it should be, or was skipped
 * @throws CommandError when there is no bucket to set anything of
 */
export async function provisionBucket(
  calls: BucketCalls,
  skip: ReadonlySet<StepName>,
  told: (report: StepReport) => void,
): Promise<boolean> {
  const made = await ensureBucket(calls);
  told({
    name: 'bucket',
    outcome: made ? 'changed' : 'already so',
    detail: made ? `made in ${calls.region}` : 'there',
  });
  let complete = true;
  for (const name of Object.keys(STEPS) as StepName[]) {
    const report = skip.has(name)
      ? { name, outcome: 'skipped' as const, detail: 'left as it is, as --skip says' }
      : await run(name, calls);
    if (['REFUSED', 'NOT KNOWN', 'FAILED'].includes(report.outcome)) complete = false;
    told(report);
  }
  return complete;
}

async function run(name: StepName, calls: BucketCalls): Promise<StepReport> {
  try {
    const { changed, detail } = await STEPS[name](calls);
    return { name, outcome: changed ? 'changed' : 'already so', detail };
  } catch (error) {
    const { reason, code } = failureOf(error);
    const skip = `--skip ${name} does without`;
    if (reason === 'not_implemented') {
      return { name, outcome: 'NOT KNOWN', detail: `the store does not know this (${code}); ${skip}` };
    }
    if (reason === 'access_denied') {
      return {
        name,
        outcome: 'REFUSED',
        detail: `the store refuses this to these credentials (${code}); ${skip}`,
      };
    }
    return { name, outcome: 'FAILED', detail: `the store says ${code}; ${skip}` };
  }
}
