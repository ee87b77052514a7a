import { Logger } from '@nestjs/common';
import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { describeError } from '../errors/describe-error.js';
import { hasCode } from '../errors/has-code.js';
import { PatientConnection } from '../redis/connections.js';
import { PREFIX } from '../redis/redis-name.js';
import { assertJob, type ExportJob } from './export-job.js';
import type { ExportWorker } from './export-worker.js';
import { WORKED_ON_AT_ONCE } from './in-process-queue.js';
import { JobEnded } from './job-run.js';
import { lost, RedisJobRun } from './redis-job-run.js';
import { LOCK_MS, QUEUE_NAME, type RedisJobs } from './redis-jobs.js';

const STALLED_EVERY_MS = 5_000;
/** Processes that may die over a job before it is given up. */
const MAX_STALLED = 3;
const RETRY_MS = 1_000;
/** One line a minute of what goes wrong in the queue itself. */
const TOLD_EVERY_MS = 60_000;
const CLOSED_WITHIN_MS = 2_000;

/** Takes jobs from Redis, for an {@link ExportWorker} to do. */
export class RedisWorker {
  private readonly logger = new Logger('AuditForge');
  private readonly connection: PatientConnection;
  private readonly bull: Worker<ExportJob>;
  private readonly runs = new Map<string, RedisJobRun>();
  private toldAt = -Infinity;
  private isStopping = false;
  private isClosing = false;

  constructor(
    url: string,
    private readonly jobs: RedisJobs,
    private readonly worker: ExportWorker,
  ) {
    this.connection = new PatientConnection(url);
    this.bull = new Worker<ExportJob>(QUEUE_NAME, (job, token) => this.work(job, token ?? ''), {
      connection: this.connection,
      prefix: PREFIX,
      concurrency: WORKED_ON_AT_ONCE,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_EVERY_MS,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: RETRY_MS,
      skipVersionCheck: true,
    });
    this.bull.on('error', (error) => this.tell(error));
    this.bull.on('failed', (job, error) => void this.failed(job, error));
    this.bull.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.runs.get(id)?.end(lost());
    });
  }

  /** Takes no more jobs. Those at work go on. */
  async pause(): Promise<void> {
    this.isStopping = true;
    await this.bull.pause(true);
  }

  /** Ends those at work, with the jobs undone. */
  stop(): void {
    for (const run of this.runs.values()) run.end(new AuditForgeError('shutting_down'));
  }

  /** Puts back what is undone. Redis may be away, so that takes only so long. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.stop();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, CLOSED_WITHIN_MS);
    await Promise.race([this.bull.close(), late.promise]);
    clearTimeout(timer);
    this.connection.disconnectAll();
  }

  private async work(job: Job<ExportJob>, token: string): Promise<void> {
    const { data } = job;
    assertJob(data);
    if (job.id !== data.exportId) throw new Error('this job has the id of another');
    // BullMQ still takes the job that it was waiting for as it was told to pause.
    if (this.isStopping) return this.putBack(job, token);
    const run = new RedisJobRun(this.jobs, data, token);
    this.runs.set(data.exportId, run);
    try {
      await run.begin();
      await this.worker.run(data, run.asked);
      await this.leaveRoom(data);
    } catch (error) {
      // Done with, and removed as what is done. Who cancelled it has counted it out.
      if (run.isCancelled) return;
      if (hasCode(error, 'shutting_down')) return await this.putBack(job, token);
      // Left as it is: whoever has the lock now, or takes the job next, goes on with it.
      if (error instanceof JobEnded) throw new DelayedError();
      throw error;
    } finally {
      run.stop();
      if (this.runs.get(data.exportId) === run) this.runs.delete(data.exportId);
    }
  }

  /** For another process, at once; where that does not work, once the lock has run out. */
  private async putBack(job: Job<ExportJob>, token: string): Promise<never> {
    await job.moveToWait(token).catch((error: Error) => this.tell(error));
    throw new WaitingError();
  }

  /** What BullMQ gives up (a job over which processes die), and what nobody has foreseen. */
  private async failed(job: Job<ExportJob> | undefined, error: Error): Promise<void> {
    try {
      if (job === undefined) throw error;
      const { data } = job;
      assertJob(data);
      await this.leaveRoom(data);
      if (await this.jobs.isCancelled(data.exportId)) return;
      await this.worker.fail(data, 'internal_error', error);
    } catch (cause) {
      this.logger.error({
        msg: 'auditforge_queue_job_dropped',
        job: job?.id,
        cause: describeError(cause),
      });
    }
  }

  /** Where Redis is away it is counted out later, since its job is gone. */
  private async leaveRoom(job: ExportJob): Promise<void> {
    await this.jobs.leaveRoom(job).catch(() => undefined);
  }

  /** BullMQ emits what connections do as well: that is told where it is asked of Redis. */
  private tell(error: NodeJS.ErrnoException): void {
    const isOfConnection = typeof error.code === 'string' || error.message === 'Connection is closed.';
    if (this.isClosing || isOfConnection || performance.now() - this.toldAt < TOLD_EVERY_MS) return;
    this.toldAt = performance.now();
    this.logger.warn({ msg: 'auditforge_queue_error', cause: describeError(error) });
  }
}
