import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { NOT_BEGUN, type ExportProgress } from '../export-runner.js';
import { PREFIX, redisName } from '../redis/redis-name.js';
import { PromptRedis } from '../redis/prompt-redis.js';
import type { ExportJob } from './export-job.js';
import type { Backlog, Decision, JobView } from './export-queue.js';
import type { Completing } from './job-run.js';
import { completingOf, decideToCancel, decideToEnd, isCancelled, type JobInRedis } from './redis-decision.js';
import { enterRoom, leaveRoom, lookForRoom, type QueueInRedis } from './redis-room.js';

export const QUEUE_NAME = 'exports';

/** How long a worker has a job to itself without saying that it is still at it. */
export const LOCK_MS = 15_000;

const KEY_KEPT_SECONDS = 24 * 3600;
/** BullMQ tells what happens in a stream that nobody here reads. */
const KEPT_EVENTS = 100;

/**
 * The jobs in Redis: in BullMQ's queue, and beside it what BullMQ does not know, who waits and what was
 * decided. Every call answers soon, or throws AuditForgeError `queue_unavailable`.
 */
export class RedisJobs {
  private readonly redis: PromptRedis;
  private readonly queue: Queue<ExportJob>;

  constructor(url: string) {
    this.redis = new PromptRedis(url, new Logger('AuditForge'));
    this.queue = new Queue<ExportJob>(QUEUE_NAME, {
      connection: this.redis.connection,
      prefix: PREFIX,
      streams: { events: { maxLen: KEPT_EVENTS } },
      // It would end for good what is asked while Redis goes.
      skipVersionCheck: true,
    });
    // The connection's own, which it tells.
    this.queue.on('error', () => undefined);
  }

  /** @returns whether it is, or was, this export that has it */
  claimKey(name: string, exportId: string): Promise<boolean> {
    const key = redisName('key', name);
    return this.redis.ask(async (redis) => {
      const isNew = await redis.set(key, exportId, 'EX', KEY_KEPT_SECONDS, 'NX');
      return isNew === 'OK' || (await redis.get(key)) === exportId;
    });
  }

  /** @throws AuditForgeError `too_many_requests` */
  lookForRoom(job: ExportJob): Promise<void> {
    return this.redis.ask((redis) => lookForRoom(this.queueIn(redis), job));
  }

  /** @throws AuditForgeError `too_many_requests` */
  async add(job: ExportJob): Promise<void> {
    await this.redis.ask((redis) => enterRoom(this.queueIn(redis), job));
    try {
      await this.redis.ask(() =>
        this.queue.add('export', job, {
          jobId: job.exportId,
          attempts: 1,
          removeOnComplete: true,
          removeOnFail: true,
        }),
      );
    } catch (error) {
      await this.leaveRoom(job).catch(() => undefined);
      throw error;
    }
  }

  leaveRoom(job: ExportJob): Promise<void> {
    return this.redis.ask((redis) => leaveRoom(redis, job));
  }

  backlog(): Promise<Backlog> {
    return this.redis.ask(async () => {
      const [{ waiting = 0, active = 0 }, [next]] = await Promise.all([
        this.queue.getJobCounts('waiting', 'active'),
        this.queue.getJobs(['waiting'], 0, 0, true),
      ]);
      return { queued: waiting, running: active, oldestAt: next?.timestamp ?? null };
    });
  }

  has(exportId: string): Promise<boolean> {
    return this.redis.ask(async (redis) => (await redis.exists(this.queue.toKey(exportId))) === 1);
  }

  find(exportId: string): Promise<ExportJob | undefined> {
    return this.redis.ask(async () => (await this.queue.getJob(exportId))?.data);
  }

  view(exportId: string): Promise<JobView | undefined> {
    return this.redis.ask(async () => {
      const [job, state] = await Promise.all([this.queue.getJob(exportId), this.queue.getJobState(exportId)]);
      if (job === undefined) return undefined;
      return { state: state === 'active' ? 'running' : 'queued', progress: progressOf(job.progress) };
    });
  }

  /** Takes it out of the queue, unless a worker has it. */
  async remove(exportId: string): Promise<void> {
    await this.redis.ask(() => this.queue.remove(exportId));
  }

  /** @returns what holds from now on; null where there is no such job */
  decideToCancel(exportId: string): Promise<Decision | null> {
    return this.redis.ask((redis) => decideToCancel(redis, this.jobOf(exportId)));
  }

  /** @returns what holds from now on; null where the worker with this token has not got the job to itself */
  decideToEnd(exportId: string, token: string, completing: Completing | undefined): Promise<Decision | null> {
    return this.redis.ask((redis) => decideToEnd(redis, this.jobOf(exportId), token, completing));
  }

  completingOf(exportId: string): Promise<Completing[]> {
    return this.redis.ask((redis) => completingOf(redis, this.jobOf(exportId)));
  }

  isCancelled(exportId: string): Promise<boolean> {
    return this.redis.ask((redis) => isCancelled(redis, exportId));
  }

  /** @returns whether the worker with this token has the job to itself, and keeps it for {@link LOCK_MS} */
  extendLock(exportId: string, token: string): Promise<boolean> {
    return this.redis.ask(async () => {
      const job = await this.queue.getJob(exportId);
      return (await job?.extendLock(token, LOCK_MS)) === 1;
    });
  }

  async tellProgress(exportId: string, progress: ExportProgress): Promise<void> {
    await this.redis.ask(() => this.queue.updateJobProgress(exportId, progress));
  }

  close(): void {
    this.redis.close();
  }

  private queueIn(redis: Redis): QueueInRedis {
    return { redis, jobKeys: this.queue.toKey('') };
  }

  private jobOf(exportId: string): JobInRedis {
    return { exportId, jobKey: this.queue.toKey(exportId) };
  }
}

/** BullMQ has 0 for what has not begun. */
function progressOf(progress: unknown): ExportProgress {
  return typeof progress === 'object' && progress !== null && 'shards' in progress && 'bytes' in progress
    ? (progress as ExportProgress)
    : NOT_BEGUN;
}
