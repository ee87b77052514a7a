import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExportJob } from '../../../src/audit-forge/queue/export-job.js';
import { ExportWorker } from '../../../src/audit-forge/queue/export-worker.js';
import { JobEnded, type Completing, type JobRun } from '../../../src/audit-forge/queue/job-run.js';
import type { ExportDone } from '../../../src/audit-forge/records/export-record.js';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { look, type ExportAnswer } from '../../e2e/exports/export-api.js';
import { events } from '../../support/events.js';
import { GatedS3ClientFactory, type Gate } from '../../support/gated-s3.js';
import { jobOf } from '../../support/jobs.js';
import { Service } from '../../support/service.js';
import { until } from '../../support/until.js';
import type { StoreUnderTest } from '../store-under-test.js';

const KINDS = [
  ['a put', 'PutObject', { '1.jsonl': events(5) }],
  ['an upload', 'CompleteMultipartUpload', { '1.jsonl': events(5_000, 0, 2_000) }],
] as const;

/** Two runs of one job, as where a process was taken for dead that was only slow: the log has changed meanwhile. */
export function describeTwoRuns(name: string, open: () => Promise<StoreUnderTest>): void {
  describe.each([
    ['with versions', true],
    ['without versions', false],
  ])(`two runs of one export on ${name}, in a bucket %s`, (_, versioned) => {
    let store: StoreUnderTest;
    let service: Service;
    const gates = new GatedS3ClientFactory();

    beforeAll(async () => {
      store = await open();
      const bindings = [{ provide: S3ClientFactory, useValue: gates }];
      service = await Service.start({ store, versioned, bindings });
    });
    afterEach(() => gates.release());
    afterAll(async () => {
      await service.close();
      await store.close();
    });

    /** Holds back each write that lets an object of the engagement be. */
    function holdWrites(command: string, engagement: string): Gate[] {
      const held: Gate[] = [];
      gates.before = (each, key) => {
        if (each !== command || !key.startsWith(`auditforge/exports/${engagement}-`)) return undefined;
        held.push(gates.gate());
        return held.at(-1)!.opened;
      };
      return held;
    }

    /** Begins one run, and another one when that is about to complete; both wait to complete. */
    async function twoRuns(engagement: string, command: string, shards: Record<string, string>) {
      await service.seed(engagement, shards);
      const job = jobOf(undefined, engagement);
      const held = holdWrites(command, engagement);
      const queue = new OneJob();
      const worker = service.nest.get(ExportWorker, { strict: false });
      const slow = queue.begin((run) => worker.run(job, run));
      await until(() => held.length === 1);
      await service.putShard(engagement, 'z.jsonl', events(1));
      const other = queue.begin((run) => worker.run(job, run));
      await until(() => held.length === 2);
      const finish = async (at: 0 | 1) => {
        held[at]!.open();
        gates.before = () => undefined;
        await [slow, other][at];
      };
      return { job, finish };
    }

    /** What the record says is there, is, and nothing else. */
    async function expectOne({ engagementId, exportId }: ExportJob, command: string): Promise<void> {
      const prefix = `auditforge/export-records/${engagementId}/`;
      expect(await service.keys(prefix)).toEqual([`${prefix}${exportId}.json`]);
      const record = await service.read(`${prefix}${exportId}.json`);
      const { sha256, s3_key, s3_version_id } = JSON.parse(record.body.toString()) as ExportDone;
      const ready = (await look(service, engagementId, exportId)).json<ExportAnswer>();
      expect(ready).toMatchObject({ state: 'ready', sha256 });
      const bytes = Buffer.from(await (await fetch(ready.signed_url)).arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect(await service.openUploads()).toBe(0);
      // Where a put is not refused although its key is taken, it is a version that nothing leads to.
      const isRefused = store.capabilities.conditionalWrites === true || !versioned;
      if (command === 'PutObject' && !isRefused) return;
      expect(await service.exportsOf(engagementId)).toEqual([s3_key]);
      // The one that was written last.
      const { VersionId = null } = (await service.read(s3_key!)).headers;
      expect(versioned ? VersionId : null).toBe(s3_version_id);
    }

    it.each(KINDS)(
      'leave one object of %s where the slow one comes first',
      async (_kind, command, shards) => {
        const { job, finish } = await twoRuns(`eng-${command}-first`, command, shards);
        await finish(0);
        await finish(1);
        await expectOne(job, command);
      },
    );

    it.each(KINDS)('leave one object of %s where the slow one comes last', async (_kind, command, shards) => {
      const { job, finish } = await twoRuns(`eng-${command}-last`, command, shards);
      await finish(1);
      await finish(0);
      await expectOne(job, command);
    });
  });
}

/** A queue of one job, which the last run has to itself. */
class OneJob {
  private readonly completing: Completing[] = [];
  private runs = 0;

  /** Resolves when the run has come to its end, or was told that the job is another's. */
  async begin(work: (run: JobRun) => Promise<void>): Promise<void> {
    const own = ++this.runs;
    const run: JobRun = {
      signal: new AbortController().signal,
      outlivesProcess: true,
      onProgress: () => undefined,
      completing: async () => [...this.completing],
      decide: async (completing) => {
        if (own !== this.runs) throw new JobEnded('another run has the job');
        if (completing !== undefined) this.completing.push(completing);
      },
    };
    try {
      await work(run);
    } catch (error) {
      if (!(error instanceof JobEnded)) throw error;
    }
  }
}
