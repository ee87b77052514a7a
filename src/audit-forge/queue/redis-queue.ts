import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import type { ExportJob } from './export-job.js';
import { ExportQueue, type Backlog, type JobView } from './export-queue.js';
import type { ExportWorker } from './export-worker.js';
import { RedisJobs } from './redis-jobs.js';
import { RedisWorker } from './redis-worker.js';

const LOOKED_EVERY_MS = 200;

/** The queue of all instances together. What it holds outlives each of them; whoever has time does it. */
export class RedisQueue
  extends ExportQueue
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly isShared = true;
  private readonly jobs: RedisJobs;
  private taker: RedisWorker | undefined;
  private graceTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: AuditForgeOptions,
    private readonly worker: () => ExportWorker,
  ) {
    super();
    this.jobs = new RedisJobs(options.redisUrl!);
  }

  onApplicationBootstrap(): void {
    this.taker = new RedisWorker(this.options.redisUrl!, this.jobs, this.worker());
  }

  /** Runs at work have the grace time (ExportSlots), and so has what they wait for here. */
  async beforeApplicationShutdown(): Promise<void> {
    const { taker } = this;
    this.graceTimer = setTimeout(() => taker?.stop(), this.options.shutdownGraceSeconds * 1000);
    await taker?.pause();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.graceTimer);
    await this.taker?.close();
    this.jobs.close();
  }

  claimKey(name: string, exportId: string): Promise<boolean> {
    return this.jobs.claimKey(name, exportId);
  }

  assertRoom(job: ExportJob): Promise<void> {
    return this.jobs.lookForRoom(job);
  }

  add(job: ExportJob): Promise<void> {
    return this.jobs.add(job);
  }

  backlog(): Promise<Backlog> {
    return this.jobs.backlog();
  }

  find(exportId: string): Promise<JobView | undefined> {
    return this.jobs.view(exportId);
  }

  /** While Redis is away nobody knows: then it goes on waiting. */
  async settled(exportId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!(await this.jobs.has(exportId).catch(() => true))) return;
      await sleep(LOOKED_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async cancel(exportId: string): Promise<boolean> {
    const job = await this.jobs.find(exportId);
    if ((await this.jobs.decideToCancel(exportId)) !== 'cancelled') return false;
    await this.jobs.remove(exportId);
    if (job !== undefined) await this.jobs.leaveRoom(job);
    return true;
  }
}
