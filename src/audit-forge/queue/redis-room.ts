import type { Redis } from 'ioredis';
import { callerKey } from '../auth/caller.js';
import { redisName } from '../redis/redis-name.js';
import { assertRoom, MAX_QUEUED, MAX_QUEUED_OF_SESSION } from './assert-room.js';
import { callerOfJob, type ExportJob } from './export-job.js';

/** Between being counted in and being in the queue. What takes longer was lost on its way. */
const ENTERING_SECONDS = 60;
/** Longer than any job is in the queue. */
const KEPT_SECONDS = 7 * 24 * 3600;

/**
 * Counts those that wait, in all and of one caller, and counts this one in where there is room, all in one step.
 * All that have not ended are kept; those of them wait that no worker has to itself now, so a job that is put
 * back, or whose worker has died, counts again. They are looked at one by one only where they might be too many.
 * Answers how many there were before.
 */
const ENTER = `
local now = tonumber(redis.call('TIME')[1])
local function waiting(room, most)
  local count = redis.call('ZCARD', room)
  if count < most then return count end
  local all = redis.call('ZRANGE', room, 0, -1, 'WITHSCORES')
  for at = 1, #all, 2 do
    local job = ARGV[4] .. all[at]
    if redis.call('EXISTS', job .. ':lock') == 1 then
      count = count - 1
    elseif all[at + 1] + ARGV[5] < now and redis.call('EXISTS', job) == 0 then
      redis.call('ZREM', room, all[at])
      count = count - 1
    end
  end
  return count
end
local all, own = waiting(KEYS[1], tonumber(ARGV[2])), waiting(KEYS[2], tonumber(ARGV[3]))
if ARGV[1] ~= '' and all < tonumber(ARGV[2]) and own < tonumber(ARGV[3]) then
  for _, room in ipairs(KEYS) do
    redis.call('ZADD', room, now, ARGV[1])
    redis.call('EXPIRE', room, ARGV[6])
  end
end
return {all, own}
`;

/** Redis, and how BullMQ's keys of jobs begin there. */
export interface QueueInRedis {
  redis: Redis;
  jobKeys: string;
}

/** @throws AuditForgeError `too_many_requests` */
export function lookForRoom(queue: QueueInRedis, job: ExportJob): Promise<void> {
  return count(queue, job, '');
}

/** @throws AuditForgeError `too_many_requests`, and then it is not counted */
export function enterRoom(queue: QueueInRedis, job: ExportJob): Promise<void> {
  return count(queue, job, job.exportId);
}

/** It has ended. */
export async function leaveRoom(redis: Redis, job: ExportJob): Promise<void> {
  await Promise.all(roomsOf(job).map((room) => redis.zrem(room, job.exportId)));
}

async function count({ redis, jobKeys }: QueueInRedis, job: ExportJob, exportId: string): Promise<void> {
  const isSession = job.caller.kind === 'session';
  const limits = [MAX_QUEUED, isSession ? MAX_QUEUED_OF_SESSION : MAX_QUEUED];
  const times = [ENTERING_SECONDS, KEPT_SECONDS];
  const answer = await redis.eval(ENTER, 2, ...roomsOf(job), exportId, ...limits, jobKeys, ...times);
  const [all, ofCaller] = answer as [number, number];
  assertRoom({ all, ofCaller, isSession });
}

function roomsOf(job: ExportJob): [all: string, own: string] {
  return [redisName('queued'), redisName('queued', callerKey(callerOfJob(job)))];
}
