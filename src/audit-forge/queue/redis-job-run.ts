import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../errors/has-code.js';
import type { ExportProgress } from '../export-runner.js';
import type { ExportJob } from './export-job.js';
import { JobEnded, type Completing, type JobRun } from './job-run.js';
import { LOCK_MS, type RedisJobs } from './redis-jobs.js';

const TOLD_EVERY_MS = 1_000;
const ASKED_AGAIN_MS = 500;

/** It is to be ended, by whoever does it. */
class JobCancelled extends JobEnded {
  constructor() {
    super('the export was cancelled');
  }
}

/** One run of a job by this process, which has the job to itself for as long as its lock lasts. */
export class RedisJobRun {
  private readonly ended = new AbortController();
  private readonly over = new AbortController();
  private progress: (() => ExportProgress) | undefined;
  private told = '';

  constructor(
    private readonly jobs: RedisJobs,
    private readonly job: ExportJob,
    private readonly token: string,
  ) {}

  get asked(): JobRun {
    return {
      signal: this.ended.signal,
      outlivesProcess: true,
      onProgress: (progress) => (this.progress = progress),
      completing: () => this.patiently(() => this.completing()),
      decide: (completing) => this.patiently(() => this.decide(completing)),
    };
  }

  get isCancelled(): boolean {
    return this.ended.signal.reason instanceof JobCancelled;
  }

  /** Ends it early. */
  end(reason: Error): void {
    this.ended.abort(reason);
  }

  /** @throws JobCancelled */
  async begin(): Promise<void> {
    await this.patiently(async () => {
      if (await this.jobs.isCancelled(this.job.exportId)) throw new JobCancelled();
    });
    void this.watch();
  }

  /** No more is to be told of it. */
  stop(): void {
    this.over.abort();
  }

  /** Tells how far it is, and asks whether it was cancelled. */
  private async watch(): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      await sleep(TOLD_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (await this.jobs.isCancelled(this.job.exportId)) this.end(new JobCancelled());
        await this.tell();
      } catch {
        // Redis is away, or the job is gone: the lock says what comes of it.
      }
    }
  }

  private async tell(): Promise<void> {
    const progress = this.progress?.();
    const text = JSON.stringify(progress);
    if (progress === undefined || text === this.told) return;
    await this.jobs.tellProgress(this.job.exportId, progress);
    this.told = text;
  }

  private async completing(): Promise<Completing[]> {
    const { exportId, engagementId } = this.job;
    const all = await this.jobs.completingOf(exportId);
    // A queue is input as well.
    return all.filter(
      ({ object, done }) =>
        done.export_id === exportId &&
        done.engagement_id === engagementId &&
        done.s3_key === (object?.key ?? null),
    );
  }

  private async decide(completing: Completing | undefined): Promise<void> {
    const { exportId } = this.job;
    if (!(await this.jobs.extendLock(exportId, this.token))) throw lost();
    const decision = await this.jobs.decideToEnd(exportId, this.token, completing);
    if (decision === 'cancelled') throw new JobCancelled();
    if (decision === null) throw lost();
    await this.tell();
  }

  /** Waits for Redis to come back, but no longer than the lock can last without it. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.ended;
    for (const end = Date.now() + LOCK_MS; ;) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!hasCode(error, 'queue_unavailable')) throw this.cause(error);
        if (Date.now() > end) throw lost();
      }
      await sleep(ASKED_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** That it was cancelled is kept, for who asks later why it ended. */
  private cause(error: unknown): unknown {
    if (error instanceof JobCancelled) this.end(error);
    return error;
  }
}

/** Another process has it, or will. */
export function lost(): JobEnded {
  return new JobEnded('this process no longer has the job to itself');
}
