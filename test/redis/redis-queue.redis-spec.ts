import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../../src/audit-forge/errors/audit-forge.error.js';
import { NOT_BEGUN, type ExportProgress } from '../../src/audit-forge/export-runner.js';
import type { ExportJob } from '../../src/audit-forge/queue/export-job.js';
import type { ExportDone } from '../../src/audit-forge/records/export-record.js';
import { JobEnded, type Completing, type JobRun } from '../../src/audit-forge/queue/job-run.js';
import type { RedisQueue } from '../../src/audit-forge/queue/redis-queue.js';
import { jobOf } from '../support/jobs.js';
import { until } from '../support/until.js';
import { Queues } from './queues.js';
import { RedisServer } from './redis-server.js';

const PROGRESS: ExportProgress = { shards: { done: 3, total: 7 }, bytes: { done: 30, total: 70 } };

describe('the queue in Redis', () => {
  let server: RedisServer;
  let queues: Queues;
  /** What each run of a job was given, oldest first. */
  let runs: Array<{ job: ExportJob; run: JobRun; end: () => void; outcome: Promise<unknown> }>;

  beforeEach(async () => {
    server = await RedisServer.start();
    queues = new Queues(server);
    runs = [];
  });
  afterEach(async () => {
    for (const { end } of runs) end();
    await queues.close();
    await server.stop();
  });

  /** Goes on until the test ends it, or its signal does. */
  async function held(job: ExportJob, run: JobRun): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
    const outcome = promise.catch((error: unknown) => error);
    runs.push({ job, run, end: resolve, outcome });
    run.signal.throwIfAborted();
    await promise;
  }

  async function running(queue: RedisQueue, job = jobOf()): Promise<ExportJob> {
    const before = runs.length;
    await queue.add(job);
    await until(() => runs.length > before);
    return job;
  }

  async function untilGone(queue: RedisQueue, { exportId }: ExportJob): Promise<void> {
    const patience = AbortSignal.timeout(20_000);
    await queue.settled(exportId, patience);
    expect(patience.aborted).toBe(false);
  }

  function completingOf({ exportId, engagementId }: ExportJob): Completing {
    const done = { export_id: exportId, engagement_id: engagementId, s3_key: 'the key' } as ExportDone;
    const object = { key: 'the key', written: { size: 1, etag: 'e' }, uploadId: 'upload' };
    return { object, done };
  }

  describe('keys', () => {
    it('belong to one export, at all instances', async () => {
      const [a, b] = [queues.start(), queues.start()];
      expect(await a.claimKey('bucket/key', 'one')).toBe(true);
      expect(await b.claimKey('bucket/key', 'one')).toBe(true);
      expect(await b.claimKey('bucket/key', 'two')).toBe(false);
      expect(await b.claimKey('bucket/other', 'two')).toBe(true);
      expect(await queues.redis.ttl('auditforge:key:bucket/key')).toBeGreaterThan(86_000);
    });

    it('are claimed once when all come at once', async () => {
      const both = [queues.start(), queues.start()];
      const claims = Array.from({ length: 50 }, (_, at) => both[at % 2]!.claimKey('k', `export-${at}`));
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    });
  });

  describe('room', () => {
    async function accepted(jobs: ExportJob[], ...at: RedisQueue[]): Promise<number> {
      const adds = await Promise.allSettled(jobs.map((job, index) => at[index % at.length]!.add(job)));
      const refused = adds.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'too_many_requests' });
      return adds.length - refused.length;
    }

    it('is for 20 of one session, counted exactly over all instances', async () => {
      const [a, b] = [queues.start(), queues.start()];
      const many = (subject?: string) => Array.from({ length: 30 }, () => jobOf(subject));
      expect(await accepted(many('one'), a, b)).toBe(20);
      await expect(a.assertRoom(jobOf('one'))).rejects.toMatchObject({ code: 'too_many_requests' });
      await a.assertRoom(jobOf('two'));
      expect(await accepted(many('two'), a, b)).toBe(20);
      expect(await accepted(many(), a, b)).toBe(30);
    });

    it('is for 1,000 in all', async () => {
      const [a, b] = [queues.start(), queues.start()];
      const jobs = Array.from({ length: 1_010 }, () => jobOf());
      let sum = 0;
      for (let at = 0; at < jobs.length; at += 101) sum += await accepted(jobs.slice(at, at + 101), a, b);
      expect(sum).toBe(1_000);
      await expect(b.assertRoom(jobOf())).rejects.toMatchObject({ code: 'too_many_requests' });
    });

    it('is left by what is cancelled, and by what is at work', async () => {
      const a = queues.start();
      const jobs = Array.from({ length: 20 }, () => jobOf('one'));
      expect(await accepted(jobs, a)).toBe(20);
      expect(await a.cancel(jobs[0]!.exportId)).toBe(true);
      expect(await accepted([jobOf('one'), jobOf('one')], a)).toBe(1);
      queues.start(held);
      await until(() => runs.length === 4);
      expect(
        await accepted(
          Array.from({ length: 10 }, () => jobOf('one')),
          a,
        ),
      ).toBe(4);
    });

    it('is taken again by what is put back, and by what a process leaves that dies', async () => {
      const a = queues.start();
      const worker = queues.start(held);
      await Promise.all(Array.from({ length: 4 }, () => running(worker, jobOf('one'))));
      const waiting = Array.from({ length: 16 }, () => jobOf('one'));
      expect(await accepted(waiting, a)).toBe(16);
      await queues.stop(worker);
      await expect(a.assertRoom(jobOf('one'))).rejects.toMatchObject({ code: 'too_many_requests' });
      queues.start(held);
      await until(() => runs.length === 8);
      await a.assertRoom(jobOf('one'));
      // Nobody says any more that it is at work.
      for (const lock of await queues.redis.keys('auditforge:exports:*:lock')) await queues.redis.del(lock);
      await expect(a.assertRoom(jobOf('one'))).rejects.toMatchObject({ code: 'too_many_requests' });
    });

    it('is left by what was lost on its way', async () => {
      const a = queues.start();
      const long = Math.floor(Date.now() / 1000) - 61;
      for (let at = 0; at < 20; at++)
        await queues.redis.zadd('auditforge:queued:session:one', long, `x${at}`);
      expect(await accepted([jobOf('one')], a)).toBe(1);
    });
  });

  it('shows a job and its progress at every instance, until it is done', async () => {
    const [a, b] = [queues.start(), queues.start(held)];
    const job = jobOf();
    expect(await a.find(job.exportId)).toBeUndefined();
    await b.beforeApplicationShutdown();
    await a.add(job);
    expect(await a.find(job.exportId)).toEqual({ state: 'queued', progress: NOT_BEGUN });
    const c = queues.start(held);
    await until(() => runs.length === 1);
    expect(await a.find(job.exportId)).toEqual({ state: 'running', progress: NOT_BEGUN });
    runs[0]!.run.onProgress(() => PROGRESS);
    let seen: unknown;
    const look = setInterval(() => void a.find(job.exportId).then((view) => (seen = view)), 50);
    await until(() => JSON.stringify(seen) === JSON.stringify({ state: 'running', progress: PROGRESS }));
    clearInterval(look);
    expect(runs[0]!.job).toEqual(job);
    runs[0]!.end();
    await untilGone(a, job);
    expect(await c.find(job.exportId)).toBeUndefined();
  });

  it('keeps nothing of a job that is done but what was decided', async () => {
    const a = queues.start(held);
    const job = await running(a, jobOf('one'));
    await runs[0]!.run.decide(completingOf(job));
    runs[0]!.end();
    await untilGone(a, job);
    expect((await queues.redis.keys('*')).filter((key) => key.includes(job.exportId))).toEqual([
      `auditforge:decision:${job.exportId}`,
    ]);
    expect(await queues.redis.keys('auditforge:queued*')).toEqual([]);
    for (const key of await queues.redis.keys('*')) expect(key).toMatch(/^auditforge:/);
  });

  describe('waiting for the end of a job', () => {
    it('ends with the signal', async () => {
      const a = queues.start(held);
      const { exportId } = await running(a);
      await a.settled(exportId, AbortSignal.abort());
      await a.settled(exportId, AbortSignal.timeout(300));
      expect(await a.find(exportId)).toMatchObject({ state: 'running' });
    });

    it('ends with the signal while Redis is away', async () => {
      const a = queues.start(held);
      const { exportId } = await running(a);
      await server.stop();
      await a.settled(exportId, AbortSignal.timeout(300));
    });
  });

  describe('cancelling', () => {
    it('refuses where there is no such job', async () => {
      expect(await queues.start().cancel(jobOf().exportId)).toBe(false);
    });

    it('takes a job out that waits, so that nobody does it', async () => {
      const a = queues.start();
      const [first, second] = [jobOf(), jobOf()];
      await a.add(first);
      await a.add(second);
      expect(await a.cancel(first.exportId)).toBe(true);
      expect(await a.find(first.exportId)).toBeUndefined();
      expect(await a.cancel(first.exportId)).toBe(true);
      queues.start(held);
      await until(() => runs.length === 1);
      expect(runs[0]!.job).toEqual(second);
    });

    it('ends a job that another instance does', async () => {
      const [a, b] = [queues.start(), queues.start(held)];
      const job = await running(a);
      expect(await a.cancel(job.exportId)).toBe(true);
      expect(await runs[0]!.outcome).toBeInstanceOf(JobEnded);
      await untilGone(b, job);
      expect(queues.failed).toEqual([]);
    });

    it('keeps a job from completing from then on', async () => {
      const [a, b] = [queues.start(), queues.start(held)];
      const job = await running(a);
      await a.cancel(job.exportId);
      await expect(runs[0]!.run.decide(completingOf(job))).rejects.toBeInstanceOf(JobEnded);
      await untilGone(b, job);
    });

    it('is too late for a job that completes, or has', async () => {
      const [a, b] = [queues.start(), queues.start(held)];
      const job = await running(a);
      await runs[0]!.run.decide(completingOf(job));
      expect(await a.cancel(job.exportId)).toBe(false);
      expect(runs[0]!.run.signal.aborted).toBe(false);
      runs[0]!.end();
      await untilGone(b, job);
      expect(await a.cancel(job.exportId)).toBe(false);
    });

    it('and completing at once: one of them holds', async () => {
      const [a] = [queues.start(), queues.start(held)];
      for (let round = 0; round < 10; round++) {
        const job = await running(a);
        const { run, end } = runs.at(-1)!;
        const [completes, cancelled] = await Promise.all([
          run.decide(completingOf(job)).then(
            () => true,
            () => false,
          ),
          a.cancel(job.exportId),
        ]);
        expect(completes).toBe(!cancelled);
        end();
        await untilGone(a, job);
      }
    });
  });

  describe('a process that stops', () => {
    it('leaves its jobs to the others at once', async () => {
      const a = queues.start(held);
      const job = await running(a);
      const left = Date.now();
      await queues.stop(a);
      expect(await runs[0]!.outcome).toMatchObject({ code: 'shutting_down' });
      const b = queues.start(held);
      await until(() => runs.length === 2);
      // Before the lock of the first would have run out.
      expect(Date.now() - left).toBeLessThan(14_000);
      expect(runs[1]!.job).toEqual(job);
      expect(await runs[1]!.run.completing()).toEqual([]);
      runs[1]!.end();
      await untilGone(b, job);
      expect(queues.failed).toEqual([]);
    });

    it('tells who goes on what it was about to complete', async () => {
      const a = queues.start(held);
      const job = await running(a);
      await runs[0]!.run.decide(completingOf(job));
      await queues.stop(a);
      queues.start(held);
      await until(() => runs.length === 2);
      expect(await runs[1]!.run.completing()).toEqual([completingOf(job)]);
      const other: Completing = { object: null, done: { ...completingOf(job).done, s3_key: null } };
      await runs[1]!.run.decide(other);
      expect(await runs[1]!.run.completing()).toEqual([completingOf(job), other]);
      await runs[1]!.run.decide();
      expect(await runs[1]!.run.completing()).toHaveLength(2);
    });

    it('stops while Redis is away', async () => {
      const a = queues.start(held);
      await running(a);
      await server.stop();
      await queues.stop(a);
      expect(await runs[0]!.outcome).toMatchObject({ code: 'shutting_down' });
    });
  });

  describe('a run whose lock another process has', () => {
    it('completes nothing, and does not end the job', async () => {
      const a = queues.start(held);
      const job = await running(a);
      await queues.redis.set(`auditforge:exports:${job.exportId}:lock`, 'another process');
      await expect(runs[0]!.run.decide(completingOf(job))).rejects.toBeInstanceOf(JobEnded);
      expect(await queues.redis.exists(`auditforge:decision:${job.exportId}`)).toBe(0);
      expect(await runs[0]!.outcome).toBeInstanceOf(JobEnded);
      expect(await a.find(job.exportId)).toMatchObject({ state: 'running' });
      expect(queues.failed).toEqual([]);
    });
  });

  describe('a run that fails', () => {
    it('is not cancelled any more, once it has decided so', async () => {
      const a = queues.start(held);
      const job = await running(a);
      await runs[0]!.run.decide();
      expect(await a.cancel(job.exportId)).toBe(false);
    });

    it('does not say so where another process has the job', async () => {
      const a = queues.start(held);
      const job = await running(a);
      await queues.redis.set(`auditforge:exports:${job.exportId}:lock`, 'another process');
      await expect(runs[0]!.run.decide()).rejects.toBeInstanceOf(JobEnded);
    });
  });

  it('says of a job over which processes die that it has failed', async () => {
    const a = queues.start();
    const job = jobOf();
    await a.add(job);
    // What BullMQ notes at the last of them.
    await queues.redis.hset(
      `auditforge:exports:${job.exportId}`,
      'defa',
      'job stalled more than allowable limit',
    );
    queues.start(held);
    await until(() => queues.failed.length === 1);
    expect(queues.failed).toMatchObject([{ job, reason: 'internal_error' }]);
    expect(runs).toEqual([]);
    await untilGone(a, job);
  });

  it('does not do what is no job', async () => {
    const a = queues.start();
    const job = jobOf();
    await a.add(job);
    const data = JSON.stringify({ ...job, engagementId: '../other' });
    await queues.redis.hset(`auditforge:exports:${job.exportId}`, 'data', data);
    queues.start(held);
    await untilGone(a, job);
    expect([runs, queues.failed]).toEqual([[], []]);
  });

  describe('while Redis is away', () => {
    async function expectUnavailable(queue: RedisQueue): Promise<void> {
      const { exportId } = jobOf();
      const calls = {
        claimKey: () => queue.claimKey('k', exportId),
        assertRoom: () => queue.assertRoom(jobOf()),
        add: () => queue.add(jobOf()),
        find: () => queue.find(exportId),
        cancel: () => queue.cancel(exportId),
      };
      const answers = Object.entries(calls).map(async ([name, call]) => {
        const begun = performance.now();
        const error: unknown = await call().catch((thrown: unknown) => thrown);
        const isSo = error instanceof AuditForgeError && error.code === 'queue_unavailable';
        return { name, isSo, soon: performance.now() - begun < 5_000 };
      });
      for (const answer of await Promise.all(answers)) {
        expect(answer).toEqual({ name: answer.name, isSo: true, soon: true });
      }
    }

    async function expectWork(queue: RedisQueue): Promise<void> {
      let added = false;
      const job = jobOf();
      for (let tries = 0; !added && tries < 100; tries++) {
        added = await queue.add(job).then(
          () => true,
          () => false,
        );
        if (!added) await sleep(100);
      }
      await until(() => runs.some((run) => run.job.exportId === job.exportId));
      runs.at(-1)!.end();
      await untilGone(queue, job);
    }

    it('every call says so soon, and all goes on when it is back', async () => {
      const a = queues.start(held);
      await running(a);
      runs[0]!.end();
      await server.stop();
      await expectUnavailable(a);
      await server.start();
      await expectWork(a);
    });

    it('from the start, too', async () => {
      await server.stop();
      const a = queues.start(held);
      await expectUnavailable(a);
      await server.start();
      await expectWork(a);
    });

    it('because it is frozen, too', async () => {
      const a = queues.start(held);
      await running(a);
      runs[0]!.end();
      server.signal('SIGSTOP');
      await expectUnavailable(a);
      server.signal('SIGCONT');
      await expectWork(a);
    });

    it('because it does not take the password, too', async () => {
      await expectUnavailable(queues.start(held, `redis://:wrong-password@127.0.0.1:${server.port}`));
    });

    it('a run waits with its decision until it is back', async () => {
      const a = queues.start(held);
      const job = await running(a);
      server.signal('SIGSTOP');
      const decided = runs[0]!.run.decide(completingOf(job));
      await expectUnavailable(a);
      server.signal('SIGCONT');
      await decided;
      expect(await a.cancel(job.exportId)).toBe(false);
    });
  });
});
