import { beforeEach, describe, expect, it } from '@jest/globals';
import { jobOf } from '../../../test/support/jobs.js';
import { noAbort } from '../../../test/support/aws-mock.js';
import { until } from '../../../test/support/until.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { NOT_BEGUN } from '../export-runner.js';
import type { ExportJob } from './export-job.js';
import type { ExportWorker } from './export-worker.js';
import { InProcessQueue, WORKED_ON_AT_ONCE } from './in-process-queue.js';
import { JobEnded, type JobRun } from './job-run.js';

describe('the queue of one process', () => {
  let queue: InProcessQueue;
  /** What each run of a job was given, oldest first, and what ends it. */
  let runs: Array<{ job: ExportJob; run: JobRun; end: () => void; fail: (error: Error) => void }>;

  beforeEach(() => {
    runs = [];
    const worker = {
      run: async (job: ExportJob, run: JobRun) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
        runs.push({ job, run, end: resolve, fail: reject });
        await promise;
      },
    } as unknown as ExportWorker;
    queue = new InProcessQueue(() => worker);
  });

  async function added(count: number, subject?: string): Promise<ExportJob[]> {
    const jobs = Array.from({ length: count }, () => jobOf(subject));
    for (const job of jobs) await queue.add(job);
    return jobs;
  }

  async function fill(): Promise<ExportJob[]> {
    const jobs = await added(WORKED_ON_AT_ONCE);
    await until(() => runs.length === WORKED_ON_AT_ONCE);
    return jobs;
  }

  it('does so many at once, and the next when one has ended', async () => {
    const [first] = await fill();
    const [waits] = await added(1);
    expect(await queue.find(first!.exportId)).toEqual({ state: 'running', progress: NOT_BEGUN });
    expect(await queue.find(waits!.exportId)).toEqual({ state: 'queued', progress: NOT_BEGUN });
    runs[0]!.end();
    await queue.settled(first!.exportId, noAbort());
    expect(await queue.find(first!.exportId)).toBeUndefined();
    await until(() => runs.length === WORKED_ON_AT_ONCE + 1);
    expect(runs.at(-1)!.job).toEqual(waits);
  });

  it('tells the progress of one at work', async () => {
    const [job] = await fill();
    const progress = { shards: { done: 1, total: 2 }, bytes: { done: 10, total: 20 } };
    runs[0]!.run.onProgress(() => progress);
    expect(await queue.find(job!.exportId)).toEqual({ state: 'running', progress });
  });

  it('has room for 20 of a session beside those at work, and for 1,000 in all', async () => {
    await fill();
    await added(20, 'one');
    await expect(queue.add(jobOf('one'))).rejects.toMatchObject({ code: 'too_many_requests' });
    await added(20, 'two');
    await added(960);
    await expect(queue.add(jobOf())).rejects.toMatchObject({ code: 'too_many_requests' });
    await expect(queue.assertRoom(jobOf('three'))).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  it('has room again for what a session cancels', async () => {
    await fill();
    const [first] = await added(20, 'one');
    expect(await queue.cancel(first!.exportId)).toBe(true);
    await queue.settled(first!.exportId, noAbort());
    await queue.add(jobOf('one'));
  });

  it('cancels what waits, which then never begins, and what is at work, which then ends', async () => {
    const [running] = await fill();
    const [waits] = await added(1);
    for (const { exportId } of [waits!, running!]) {
      expect(await queue.cancel(exportId)).toBe(true);
      await queue.settled(exportId, noAbort());
      expect(await queue.find(exportId)).toBeUndefined();
      expect(await queue.cancel(exportId)).toBe(false);
    }
    expect(runs[0]!.run.signal.reason).toBeInstanceOf(JobEnded);
    expect(runs).toHaveLength(WORKED_ON_AT_ONCE);
  });

  it('cancels nothing whose end is decided, and lets nothing end that is cancelled', async () => {
    const [first, second] = await fill();
    await runs[0]!.run.decide();
    expect(await queue.cancel(first!.exportId)).toBe(false);
    expect(runs[0]!.run.signal.aborted).toBe(false);
    expect(await queue.cancel(second!.exportId)).toBe(true);
    await expect(runs[1]!.run.decide()).rejects.toBeInstanceOf(JobEnded);
  });

  it('waits for an end no longer than the signal', async () => {
    const [job] = await fill();
    await queue.settled(job!.exportId, AbortSignal.abort());
    await queue.settled(job!.exportId, AbortSignal.timeout(1));
    expect(await queue.find(job!.exportId)).toMatchObject({ state: 'running' });
  });

  it('forgets what the end of the process has ended', async () => {
    const [job] = await fill();
    runs[0]!.fail(new AuditForgeError('shutting_down'));
    await queue.settled(job!.exportId, noAbort());
    expect(await queue.find(job!.exportId)).toBeUndefined();
  });
});
