import { FaultPlan } from '../plan/fault-plan.js';
import type { RunPlan } from '../plan/run-plan.js';
import { RunObjects } from '../store/run-objects.js';
import { RunTraffic } from '../store/run-traffic.js';
import type { ServiceOnFaults } from '../store/service-on-faults.js';
import { headersOf, mannersOf, pathOf } from './asking.js';
import { Circumstances } from './circumstances.js';
import { ask } from './client.js';
import { ended } from './ended.js';
import { judgeHead } from './judge-problem.js';
import { judgeSignedUrl } from './judge-signed-url.js';
import { judgeStore } from './judge-store.js';
import { judgeStream } from './judge-stream.js';
import { triggersOf } from './triggers.js';
import { FAILED, type Verdict } from './verdict.js';

/** What a run is made on, besides its plan. */
interface Stage {
  under: ServiceOnFaults;
  objects: RunObjects;
  circumstances: Circumstances;
  leave: AbortSignal;
  tell: (line: string) => void;
}

export interface RunResult extends Verdict {
  /** How many there were, by name. */
  faults: ReadonlyMap<string, number>;
}

/** One run from its objects to its verdict. Leaves nothing in the store. */
export async function runExport(
  under: ServiceOnFaults,
  plan: RunPlan,
  tell: (line: string) => void,
): Promise<RunResult> {
  const bucket = plan.isVersioned ? under.versionedBucket : under.sharedBucket;
  const objects = new RunObjects(under.client, under.sharedBucket, bucket, plan.engagement);
  const leave = new AbortController();
  const faults = new FaultPlan(plan.seed, plan.intensity, plan.shards);
  const traffic = new RunTraffic(faults, triggersOf(plan, objects, leave), tell);
  const circumstances = new Circumstances(plan, traffic);
  await Promise.all([objects.putRecord(), objects.putShards(plan.shards)]);
  under.traffic.begin(plan.engagement, traffic);
  try {
    const stage = { under, objects, circumstances, leave: leave.signal, tell };
    const verdict = (await headFirst(plan, stage)) ?? (await exported(plan, stage));
    return { ...excused(verdict, circumstances), faults: traffic.faults };
  } finally {
    traffic.end();
    await objects.clear(traffic);
    under.traffic.end(plan.engagement);
  }
}

/** @returns undefined where there is no more to say of HEAD */
async function headFirst(plan: RunPlan, { under, circumstances }: Stage): Promise<Verdict | undefined> {
  if (!plan.asksHeadFirst) return undefined;
  const url = under.service.url + pathOf(plan);
  return judgeHead(await ask(url, { headers: headersOf(plan), method: 'HEAD' }), circumstances);
}

async function exported(plan: RunPlan, stage: Stage): Promise<Verdict> {
  const { under, objects, circumstances, leave, tell } = stage;
  const { traffic, before } = circumstances;
  const manners = mannersOf(plan, before.bytes.length, leave);
  const answer = await ask(under.service.url + pathOf(plan), { headers: headersOf(plan), ...manners });
  tell(`answered ${answer.status}, ${answer.body.length} bytes${answer.isCut ? ', cut' : ''}`);
  const endless = await ended(under, plan, answer, traffic);
  // So that links are followed without one.
  traffic.end();
  if (endless !== undefined) return endless;
  const verdict =
    plan.delivery === 'stream'
      ? judgeStream(plan, answer, circumstances)
      : await judgeSignedUrl(plan, objects.bucket, answer, circumstances);
  if (FAILED.includes(verdict.outcome)) return verdict;
  return (await judgeStore(objects, verdict, circumstances)) ?? verdict;
}

/** A failure that nothing was a reason for is one of the service, however properly it is told. */
function excused(verdict: Verdict, { areBad }: Circumstances): Verdict {
  const isFine = areBad || ['exact', 'left', 'silent'].includes(verdict.outcome);
  return isFine ? verdict : { ...verdict, outcome: 'unprovoked' };
}
