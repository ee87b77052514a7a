import type { Redis } from 'ioredis';
import { redisName } from '../redis/redis-name.js';
import type { Decision } from './export-queue.js';
import type { Completing } from './job-run.js';

/** Longer than any job is in the queue. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Where it stands in what BullMQ keeps of a job, and goes with it: one line for each run that decided. */
const COMPLETING = 'completing';

/** Cancels a job that is there, unless that has been decided. Answers what holds. */
const CANCEL = `
local decided = redis.call('GET', KEYS[1])
if decided then return decided end
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
redis.call('SET', KEYS[1], 'cancelled', 'EX', ARGV[1])
return 'cancelled'
`;

/** The same for its end, which is its worker's to decide; and notes what that one is about to complete. */
const END = `
local decided = redis.call('GET', KEYS[1])
if decided == 'cancelled' then return decided end
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('GET', KEYS[3]) ~= ARGV[2] then return false end
redis.call('SET', KEYS[1], 'ends', 'EX', ARGV[1])
if ARGV[3] ~= '' then
  local before = redis.call('HGET', KEYS[2], '${COMPLETING}') or ''
  redis.call('HSET', KEYS[2], '${COMPLETING}', before .. ARGV[3] .. '\\n')
end
return 'ends'
`;

/** A job, and BullMQ's key of it. */
export interface JobInRedis {
  exportId: string;
  jobKey: string;
}

/** @returns what holds from now on; null where there is no such job */
export async function decideToCancel(
  redis: Redis,
  { exportId, jobKey }: JobInRedis,
): Promise<Decision | null> {
  return (await redis.eval(CANCEL, 2, decisionKey(exportId), jobKey, KEPT_SECONDS)) as Decision | null;
}

/**
 * @param token of the worker that decides
 * @returns what holds from now on; null where that is not for this worker to decide
 */
export async function decideToEnd(
  redis: Redis,
  { exportId, jobKey }: JobInRedis,
  token: string,
  completing: Completing | undefined,
): Promise<Decision | null> {
  const keys = [decisionKey(exportId), jobKey, `${jobKey}:lock`];
  const line = completing === undefined ? '' : JSON.stringify(completing);
  return (await redis.eval(END, 3, ...keys, KEPT_SECONDS, token, line)) as Decision | null;
}

export async function isCancelled(redis: Redis, exportId: string): Promise<boolean> {
  return (await redis.get(decisionKey(exportId))) === ('cancelled' satisfies Decision);
}

/** What runs of the job were about to complete, oldest first. */
export async function completingOf(redis: Redis, { jobKey }: JobInRedis): Promise<Completing[]> {
  const lines = (await redis.hget(jobKey, COMPLETING)) ?? '';
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Completing);
}

function decisionKey(exportId: string): string {
  return redisName('decision', exportId);
}
