import type { Redis } from 'ioredis';
import { callerKey } from '../auth/caller.js';
import { redisName } from '../redis/redis-name.js';
import { assertRoom, MAX_QUEUED, MAX_QUEUED_OF_SESSION } from './assert-room.js';
import { callerOfJob, type ExportJob } from './export-job.js';

/** What has not left by then was lost on its way: a process has died, or Redis was away. */
const COUNTED_SECONDS = 24 * 3600;

/**
 * Counts those that wait, in all and of one caller, by the time of the Redis server; and counts this one in
 * where there is room, all in one step. Answers how many there were before.
 */
const ENTER = `
local now = redis.call('TIME')[1]
for _, queued in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', queued, '-inf', now - ARGV[4]) end
local all, own = redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2])
if ARGV[1] ~= '' and all < tonumber(ARGV[2]) and own < tonumber(ARGV[3]) then
  for _, queued in ipairs(KEYS) do
    redis.call('ZADD', queued, now, ARGV[1])
    redis.call('EXPIRE', queued, ARGV[4])
  end
end
return {all, own}
`;

/** @throws AuditForgeError `too_many_requests` */
export function lookForRoom(redis: Redis, job: ExportJob): Promise<void> {
  return count(redis, job, '');
}

/** @throws AuditForgeError `too_many_requests`, and then it is not counted */
export function enterRoom(redis: Redis, job: ExportJob): Promise<void> {
  return count(redis, job, job.exportId);
}

/** It is at work, has ended or was cancelled. */
export async function leaveRoom(redis: Redis, job: ExportJob): Promise<void> {
  await Promise.all(roomsOf(job).map((room) => redis.zrem(room, job.exportId)));
}

async function count(redis: Redis, job: ExportJob, exportId: string): Promise<void> {
  const isSession = job.caller.kind === 'session';
  const maxOwn = isSession ? MAX_QUEUED_OF_SESSION : MAX_QUEUED;
  const answer = await redis.eval(ENTER, 2, ...roomsOf(job), exportId, MAX_QUEUED, maxOwn, COUNTED_SECONDS);
  const [all, ofCaller] = answer as [number, number];
  assertRoom({ all, ofCaller, isSession });
}

function roomsOf(job: ExportJob): [all: string, own: string] {
  return [redisName('queued'), redisName('queued', callerKey(callerOfJob(job)))];
}
