import type { Redis } from 'ioredis';
import { redisName } from '../redis/redis-name.js';

/** Which of the two came first: nothing that completes is cancelled, nothing that is cancelled completes. */
export type Decision = 'completes' | 'cancelled';

/** Longer than any job is in the queue. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Decides about a job that is there, unless that has been decided. Answers what holds. */
const DECIDE = `
local decided = redis.call('GET', KEYS[1])
if decided then return decided end
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
`;

/**
 * @param jobKey BullMQ's key of the job
 * @returns what holds from now on; null where there is no such job
 */
export async function decide(
  redis: Redis,
  exportId: string,
  jobKey: string,
  wanted: Decision,
): Promise<Decision | null> {
  const answer = await redis.eval(DECIDE, 2, decisionKey(exportId), jobKey, wanted, KEPT_SECONDS);
  return answer as Decision | null;
}

export async function isCancelled(redis: Redis, exportId: string): Promise<boolean> {
  return (await redis.get(decisionKey(exportId))) === ('cancelled' satisfies Decision);
}

function decisionKey(exportId: string): string {
  return redisName('decision', exportId);
}
