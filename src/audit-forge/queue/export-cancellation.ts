import { Injectable, Logger } from '@nestjs/common';
import { AuditLogExporter, signalOf, type ExportContext } from '../audit-log-exporter.js';
import { logFields, type Caller } from '../auth/caller.js';
import { StoreClock } from '../clock.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { describeError } from '../errors/describe-error.js';
import { failureCode } from '../errors/failure-code.js';
import { hasCode } from '../errors/has-code.js';
import { ExportHistory } from '../history/export-history.js';
import { ExportQueue } from './export-queue.js';
import { decidedRecordLimit, ExportRecords } from '../records/export-records.js';

/** Ends exports that have not ended. */
@Injectable()
export class ExportCancellation {
  private readonly logger = new Logger('AuditForge');

  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly history: ExportHistory,
    private readonly queue: ExportQueue,
    private readonly records: ExportRecords,
    private readonly clock: StoreClock,
  ) {}

  /** @throws AuditForgeError `export_finished`, `export_not_found`, `queue_unavailable` */
  async cancel(
    caller: Caller,
    engagementId: string,
    exportId: string,
    context: ExportContext = {},
  ): Promise<void> {
    await this.exporter.engagement(caller, engagementId, context);
    const { kind, record } = await this.history.standing(engagementId, exportId, signalOf(context));
    if (kind === 'cancelled') return;
    if (kind !== 'request' || !(await this.queue.cancel(exportId)))
      throw new AuditForgeError('export_finished');
    await this.records.write(
      'cancelled',
      {
        ...record,
        cancelled_at: this.clock.now().toISOString(),
        cancelled_by: { kind: caller.kind, subject: caller.subject },
      },
      // Decided, so it is put on record whether or not the client waits for it.
      decidedRecordLimit(),
    );
  }

  /** Cancels the export when the signal of its request ends, unless it has ended by then. */
  onceLeft(
    caller: Caller,
    engagementId: string,
    exportId: string,
    { signal, requestId }: ExportContext,
  ): void {
    const cancel = () =>
      void this.cancel(caller, engagementId, exportId).catch((error: unknown) => {
        if (hasCode(error, 'export_finished')) return;
        this.logger.warn({
          msg: 'auditforge_export_cancel_failed',
          request_id: requestId,
          ...logFields(caller, engagementId),
          export_id: exportId,
          code: failureCode(error, false),
          cause: describeError(error),
        });
      });
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  }
}
