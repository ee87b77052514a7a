import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { FixedClock, noAbort } from '../../../test/support/aws-mock.js';
import { jobOf } from '../../../test/support/jobs.js';
import type { AuditLogExporter } from '../audit-log-exporter.js';
import { StoreClock } from '../clock.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { ExportRunner, FinishedRun } from '../export-runner.js';
import type { ExportSlots } from '../export-slots.js';
import { AuditForgeMetrics } from '../metrics/audit-forge-metrics.js';
import type { RecordKind } from '../records/parse-record.js';
import type { ExportRecords, StandingRecord } from '../records/export-records.js';
import type { S3Store } from '../s3/s3-store.js';
import { requestedOfJob, type ExportJob } from './export-job.js';
import { ExportWorker } from './export-worker.js';
import { JobEnded, type Completing, type JobRun } from './job-run.js';

const EMPTY: FinishedRun = {
  stored: null,
  summary: { sizeBytes: 0, shardCount: 0, eventCount: 0, sha256: Buffer.alloc(32) },
  snapshotAt: new Date(0),
  digest: { sha256: '', first_key: null, last_key: null, count: 0, bytes: 0 },
};

/** What a worker does in which order, with everything around it made up: as the real parts cannot be timed. */
describe('the worker', () => {
  let job: ExportJob;
  let done: string[];
  let reasons: string[];
  let standing: StandingRecord | null;
  let signal: AbortSignal;
  let outcome: () => Promise<FinishedRun>;
  let decide: (completing?: Completing) => Promise<void>;
  let worker: ExportWorker;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    job = jobOf();
    done = [];
    reasons = [];
    standing = null;
    signal = noAbort();
    outcome = async () => EMPTY;
    decide = async (completing) => void done.push(`decide ${completing === undefined ? 'failed' : 'done'}`);
    const records = {
      find: async () => standing,
      write: async (kind: RecordKind, record: { reason?: string }, until: AbortSignal) => {
        until.throwIfAborted();
        done.push(`write ${kind}`);
        if (record.reason !== undefined) reasons.push(record.reason);
        return true;
      },
    };
    const slot = {
      owner: { caller: 'admin:ops', export: '1' },
      get signal() {
        return signal;
      },
      othersWait: () => false,
      leave: () => void done.push('leave'),
    };
    worker = new ExportWorker(
      { location: async () => ({ bucket: 'shared-bucket' }) } as unknown as AuditLogExporter,
      { run: () => outcome() } as unknown as ExportRunner,
      records as unknown as ExportRecords,
      { enter: async () => slot } as unknown as ExportSlots,
      {} as S3Store,
      new StoreClock(new FixedClock('2026-05-08T13:20:00Z')),
      new AuditForgeMetrics(),
    );
  });

  function run(outlivesProcess = false): Promise<void> {
    const asked: JobRun = {
      signal: noAbort(),
      outlivesProcess,
      onProgress: () => undefined,
      completing: async () => [],
      decide: (completing) => decide(completing),
    };
    return worker.run(job, asked);
  }

  function failWith(failure: Error): void {
    outcome = async () => {
      throw failure;
    };
  }

  function refuse(): void {
    decide = async () => {
      throw new JobEnded('cancelled');
    };
  }

  it('decides before it puts the end of a log without events on record', async () => {
    await run();
    expect(done).toEqual(['decide done', 'write done', 'leave']);
  });

  it('puts nothing on record of an empty log where that was cancelled', async () => {
    refuse();
    await expect(run()).rejects.toBeInstanceOf(JobEnded);
    expect(done).toEqual(['leave']);
  });

  it('decides before it puts on record that the export has failed, and why', async () => {
    failWith(new AuditForgeError('corrupt_shard'));
    await run();
    expect(done).toEqual(['decide failed', 'write failed', 'leave']);
    expect(reasons).toEqual(['corrupt_shard']);
  });

  it('calls what nobody has foreseen an internal error', async () => {
    failWith(new TypeError('x is not a function'));
    await run();
    expect(reasons).toEqual(['internal_error']);
  });

  it('does not say that it has failed where that was cancelled', async () => {
    failWith(new AuditForgeError('corrupt_shard'));
    refuse();
    await expect(run()).rejects.toBeInstanceOf(JobEnded);
    expect(done).toEqual(['leave']);
  });

  it('does nothing for an export that has ended', async () => {
    standing = { kind: 'cancelled', record: requestedOfJob(job) } as StandingRecord;
    await run();
    expect(done).toEqual(['leave']);
  });

  it('leaves a job undone at the end of the process, where another one goes on with it', async () => {
    failWith(new AuditForgeError('shutting_down'));
    await expect(run(true)).rejects.toMatchObject({ code: 'shutting_down' });
    expect(done).toEqual(['leave']);
  });

  it('says that it is lost at the end of the process, where nobody does', async () => {
    failWith(new AuditForgeError('shutting_down'));
    await run();
    expect(reasons).toEqual(['lost_at_restart']);
  });

  it('still puts on record what has ended well as the process had to stop', async () => {
    const stop = new AbortController();
    signal = stop.signal;
    outcome = async () => {
      stop.abort(new AuditForgeError('shutting_down'));
      return EMPTY;
    };
    await run();
    expect(done).toEqual(['decide done', 'write done', 'leave']);
  });

  it('takes no job that is none', async () => {
    job = { ...job, engagementId: '../eng-2' };
    await expect(run()).rejects.toThrow('this is no export job');
    expect(done).toEqual([]);
  });
});
