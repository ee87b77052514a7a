import { Injectable, Logger } from '@nestjs/common';
import { StoreClock } from '../clock.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { describeError } from '../errors/describe-error.js';
import { hasCode } from '../errors/has-code.js';
import { damagedEntry, entryOf } from './export-entry.js';
import { NOT_BEGUN } from '../export-runner.js';
import type { ExportEntry, Unfinished } from './export-state.js';
import { ExportQueue, type JobView } from '../queue/export-queue.js';
import type { ExportRequested } from '../records/export-record.js';
import { ExportRecords, type RecordsOfExport, type StandingRecord } from '../records/export-records.js';

/** Records of one page that are read side by side. */
const READ_AT_ONCE = 8;
/** Until a request that was accepted is in the queue: the record comes first. */
const ACCEPTANCE_MS = 60_000;

/** The record that says how an export has ended, or what is known of one that has not. */
export type StandingNow =
  Exclude<StandingRecord, { kind: 'request' }> | { kind: 'request'; view: Unfinished };

/** What the records, and the queue for those that have not ended, say of exports. */
@Injectable()
export class ExportHistory {
  private readonly logger = new Logger('AuditForge');
  private readonly startedAt: number;

  constructor(
    private readonly records: ExportRecords,
    private readonly queue: ExportQueue,
    private readonly clock: StoreClock,
  ) {
    this.startedAt = clock.now().getTime();
  }

  /** @throws AuditForgeError `export_not_found`, `invalid_export_record` */
  async standing(engagementId: string, exportId: string, signal: AbortSignal): Promise<StandingRecord> {
    const standing = await this.records.find(engagementId, exportId, signal);
    if (standing === null) throw new AuditForgeError('export_not_found');
    return standing;
  }

  /**
   * How an export stands now. It may end between the look at its records and the one at the queue: where the
   * queue does not have it, its records are looked at again.
   * @throws AuditForgeError `export_not_found`, `invalid_export_record`
   */
  async now(engagementId: string, exportId: string, signal: AbortSignal): Promise<StandingNow> {
    const standing = await this.standing(engagementId, exportId, signal);
    if (standing.kind !== 'request') return standing;
    const view = await this.unfinished(standing.record);
    if (view.state === 'running') return { kind: 'request', view };
    const again = await this.standing(engagementId, exportId, signal);
    return again.kind === 'request' ? { kind: 'request', view } : again;
  }

  /** Of an export whose only record is its request. */
  private async unfinished({ export_id: exportId, requested_at }: ExportRequested): Promise<Unfinished> {
    const requestedAt = Date.parse(requested_at);
    let view: JobView | undefined;
    try {
      view = await this.queue.find(exportId);
    } catch (error) {
      if (!hasCode(error, 'queue_unavailable')) throw error;
      // It may well be under way: the records say no more.
      return { state: 'queued', progress: NOT_BEGUN };
    }
    if (view !== undefined) return view;
    const lostBefore = this.queue.isShared ? this.clock.now().getTime() - ACCEPTANCE_MS : this.startedAt;
    return requestedAt < lostBefore ? { state: 'lost' } : { state: 'queued', progress: NOT_BEGUN };
  }

  /**
   * One page, newest first.
   * @param before the id that the page before ended with
   */
  async page(
    engagementId: string,
    { limit, before }: { limit: number; before: string | undefined },
    signal: AbortSignal,
  ): Promise<{ exports: ExportEntry[]; next: string | null }> {
    // S3 lists ascending, and cannot begin at the end: keys are listed, and only the page's records read.
    const all = (await this.records.list(engagementId, signal)).toReversed();
    const rest = before === undefined ? all : all.filter(({ exportId }) => exportId < before);
    const page = rest.slice(0, limit);
    const exports: ExportEntry[] = [];
    for (let at = 0; at < page.length; at += READ_AT_ONCE) {
      const some = page.slice(at, at + READ_AT_ONCE);
      exports.push(
        ...(await Promise.all(some.map((each) => this.entryOrDamage(engagementId, each, signal)))),
      );
    }
    return { exports, next: rest.length > limit ? page.at(-1)!.exportId : null };
  }

  /** One damaged record does not keep the others from being shown. */
  private async entryOrDamage(
    engagementId: string,
    records: RecordsOfExport,
    signal: AbortSignal,
  ): Promise<ExportEntry> {
    try {
      return await this.entry(engagementId, records, signal);
    } catch (error) {
      if (!hasCode(error, 'invalid_export_record')) throw error;
      const { exportId } = records;
      const cause = describeError(error);
      this.logger.error({
        msg: 'auditforge_export_record_invalid',
        engagement_id: engagementId,
        export_id: exportId,
        cause,
      });
      return damagedEntry(exportId);
    }
  }

  private async entry(
    engagementId: string,
    records: RecordsOfExport,
    signal: AbortSignal,
  ): Promise<ExportEntry> {
    const standing = await this.records.standing(engagementId, records, signal);
    return entryOf(
      standing,
      standing.kind === 'request' ? await this.unfinished(standing.record) : undefined,
    );
  }
}
