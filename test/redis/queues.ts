import { Redis } from 'ioredis';
import type { ExportJob } from '../../src/audit-forge/queue/export-job.js';
import type { ExportWorker } from '../../src/audit-forge/queue/export-worker.js';
import type { JobRun } from '../../src/audit-forge/queue/job-run.js';
import { RedisQueue } from '../../src/audit-forge/queue/redis-queue.js';
import { optionsWith } from '../support/aws-mock.js';
import type { RedisServer } from './redis-server.js';

export type Run = (job: ExportJob, run: JobRun) => Promise<void>;

/** Instances of the queue on one Redis, each with work that a test gives it, in place of the exporter. */
export class Queues {
  readonly failed: Array<{ job: ExportJob; reason: string; error: unknown }> = [];
  private readonly open: RedisQueue[] = [];
  readonly redis: Redis;

  constructor(readonly server: RedisServer) {
    this.redis = new Redis(server.url, { lazyConnect: true, retryStrategy: () => 100 });
    this.redis.on('error', () => undefined);
  }

  /** @param run undefined: an instance that takes no jobs */
  start(run?: Run, url = this.server.url): RedisQueue {
    const worker = {
      run,
      fail: async (job: ExportJob, reason: string, error: unknown) => {
        this.failed.push({ job, reason, error });
      },
    } as unknown as ExportWorker;
    const queue = new RedisQueue(optionsWith({ redisUrl: url, shutdownGraceSeconds: 1 }), () => worker);
    if (run !== undefined) queue.onApplicationBootstrap();
    this.open.push(queue);
    return queue;
  }

  async stop(queue: RedisQueue): Promise<void> {
    this.open.splice(this.open.indexOf(queue), 1);
    await queue.beforeApplicationShutdown();
    await queue.onApplicationShutdown();
  }

  async close(): Promise<void> {
    await Promise.all([...this.open].map((queue) => this.stop(queue)));
    this.redis.disconnect();
  }
}
