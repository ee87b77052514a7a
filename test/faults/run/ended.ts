import { setTimeout as sleep } from 'node:timers/promises';
import type { RunPlan } from '../plan/run-plan.js';
import type { RunTraffic } from '../store/run-traffic.js';
import type { ServiceOnFaults } from '../store/service-on-faults.js';
import type { Answer } from './client.js';
import { wrong, type Verdict } from './verdict.js';

/** Longer than the service tries to abort an upload. */
const ENDING_LIMIT_MS = 45_000;
/** After a client has left, nothing more is read. */
const READS_END_WITHIN_MS = 1_000;

/** Waits until the service has done with a request, which the answer does not show where the client has left. */
export async function ended(
  { materializing }: ServiceOnFaults,
  { engagement, delivery }: RunPlan,
  answer: Answer,
  traffic: RunTraffic,
): Promise<Verdict | undefined> {
  if (answer.tookTooLong) return wrong('no end of the answer');
  if (delivery === 'signed_url') return materialized(materializing.get(engagement));
  return answer.hasLeft ? readsEnd(traffic) : undefined;
}

async function materialized(work: Promise<unknown> | undefined): Promise<Verdict | undefined> {
  const limit = new AbortController();
  const inTime = await Promise.race([
    Promise.resolve(work).then(() => true),
    sleep(ENDING_LIMIT_MS, false, { signal: limit.signal }),
  ]);
  limit.abort();
  return inTime ? undefined : wrong('the export goes on without an end');
}

async function readsEnd(traffic: RunTraffic): Promise<Verdict | undefined> {
  const leftAt = performance.now();
  await sleep(READS_END_WITHIN_MS * 1.2);
  const isLate = traffic.lastRequestAt > leftAt + READS_END_WITHIN_MS;
  return isLate ? wrong('the store is read for a client that has left') : undefined;
}
