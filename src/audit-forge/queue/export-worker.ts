import { Injectable, Logger } from '@nestjs/common';
import { AuditLogExporter } from '../audit-log-exporter.js';
import { logFields } from '../auth/caller.js';
import { StoreClock } from '../clock.js';
import { describeError } from '../errors/describe-error.js';
import { failureCode } from '../errors/failure-code.js';
import { ExportRunner, type FinishedRun } from '../export-runner.js';
import { ExportSlots } from '../export-slots.js';
import type { ErrorCode } from '../errors/problems.js';
import { AuditForgeMetrics } from '../metrics/audit-forge-metrics.js';
import { exportDone, exportFailed, type ExportDone, type FailureReason } from '../records/export-record.js';
import { decidedRecordLimit, ExportRecords } from '../records/export-records.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Store } from '../s3/s3-store.js';
import type { TurnOwner } from '../turns/turns.js';
import { assertJob, callerOfJob, requestedOfJob, type ExportJob } from './export-job.js';
import { completedOf, endUploads } from './other-runs.js';
import { AlreadyWritten, JobEnded, type JobRun } from './job-run.js';

/**
 * Does one queued export: its object, and then the record that says so. A run may follow one of a process that
 * has died, or is only slow, so it looks first, and again before it completes anything: one export leaves one
 * object and one record.
 */
@Injectable()
export class ExportWorker {
  private readonly logger = new Logger('AuditForge');

  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly runner: ExportRunner,
    private readonly records: ExportRecords,
    private readonly slots: ExportSlots,
    private readonly store: S3Store,
    private readonly clock: StoreClock,
    private readonly metrics: AuditForgeMetrics,
  ) {}

  /**
   * Resolves when the export has ended, well or not: then a record says how.
   * @throws JobEnded; and what the shutdown of this process throws, with the job undone
   */
  async run(job: ExportJob, run: JobRun): Promise<void> {
    assertJob(job);
    const slot = await this.slots.enter(callerOfJob(job), run.signal, { patient: true });
    try {
      await this.runInSlot(job, { ...run, signal: slot.signal }, slot.owner);
    } finally {
      slot.leave();
    }
  }

  /** Says of an export that it has failed. */
  async fail(job: ExportJob, reason: FailureReason, error: unknown): Promise<void> {
    this.logger.error({
      msg: 'auditforge_audit_log_export_failed',
      request_id: job.requestId,
      ...logFields(callerOfJob(job), job.engagementId),
      export_id: job.exportId,
      code: reason,
      cause: describeError(error),
    });
    const failed = exportFailed(requestedOfJob(job), reason, this.clock.now());
    try {
      // The job's own signal may be why it has failed.
      await this.records.write('failed', failed, decidedRecordLimit());
    } catch (cause) {
      this.logger.error({
        msg: 'auditforge_export_record_failed',
        export_id: job.exportId,
        cause: describeError(cause),
      });
    }
  }

  private async runInSlot(job: ExportJob, run: JobRun, owner: TurnOwner): Promise<void> {
    const meter = this.metrics.export('queued', job.format);
    try {
      const standing = await this.records.find(job.engagementId, job.exportId, run.signal);
      if (standing !== null && standing.kind !== 'request') return;
      const done = await this.export(job, run, owner);
      // Decided, and its object is there: it is put on record even if this process must stop.
      await this.records.write('done', done, decidedRecordLimit());
      meter.complete(done.size_bytes);
    } catch (error) {
      const code = failureCode(error, false) as ErrorCode;
      const isUndone = error instanceof JobEnded || (code === 'shutting_down' && run.outlivesProcess);
      if (error instanceof JobEnded) meter.aborted();
      if (isUndone) throw error;
      await run.decide();
      meter.failed(error, false);
      await this.fail(job, code === 'shutting_down' ? 'lost_at_restart' : code, error);
    }
  }

  /** The record of the export: of what an earlier run has completed, or of a new object. */
  private async export(job: ExportJob, run: JobRun, owner: TurnOwner): Promise<ExportDone> {
    const { exportId, engagementId, format, keyAt } = job;
    const { signal } = run;
    const location = await this.exporter.location(callerOfJob(job), engagementId, { signal });
    const before = await run.completing();
    await endUploads(this.store, location, before, signal);
    const earlier = await completedOf(this.store, location, before, signal);
    if (earlier !== undefined) return earlier;
    try {
      const finished = await this.runner.run({
        engagementId,
        format,
        location,
        owner,
        exportId,
        requestedAt: new Date(keyAt),
        signal,
        onProgress: (progress) => run.onProgress(progress),
        confirm: async ({ key, written, uploadId, ...rest }) => {
          const already = await completedOf(this.store, location, await run.completing(), signal);
          if (already !== undefined) throw new AlreadyWritten(already);
          const done = this.done(job, location, { ...rest, stored: { key, versionId: null } });
          await run.decide({ object: { key, written, uploadId }, done });
        },
      });
      const done = this.done(job, location, finished);
      if (done.empty) await run.decide({ object: null, done });
      return done;
    } catch (error) {
      if (error instanceof AlreadyWritten) return error.done;
      throw error;
    }
  }

  private done(job: ExportJob, location: BucketLocation, finished: FinishedRun): ExportDone {
    const completedAt = this.clock.now();
    return exportDone(requestedOfJob(job), { ...finished, bucket: location.bucket, completedAt });
  }
}
