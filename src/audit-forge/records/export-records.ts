import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { AuditForgeMetrics } from '../metrics/audit-forge-metrics.js';
import { listKeys } from '../s3/listing.js';
import { S3Store } from '../s3/s3-store.js';
import { SmallObjects, TooLarge } from '../s3/small-objects.js';
import { isExportId } from './export-id.js';
import type { ExportRequested } from './export-record.js';
import { invalidRecord, parseRecord, type RecordKind, type RecordOf } from './parse-record.js';

const RECORD_PREFIX = 'auditforge/export-records/';

const ENDING = {
  request: '.request.json',
  done: '.json',
  failed: '.failed.json',
  cancelled: '.cancelled.json',
} as const satisfies Record<RecordKind, string>;

/** Where two ends were written, the one that left an object counts. */
const ENDS = ['done', 'cancelled', 'failed'] as const;

/** For a record of what is decided: it is written whether or not anybody waits for it. */
export function decidedRecordLimit(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

/** The records that one export has. */
export interface RecordsOfExport {
  exportId: string;
  kinds: ReadonlySet<RecordKind>;
}

/** The record that says how an export stands. */
export type StandingRecord = { [Kind in RecordKind]: { kind: Kind; record: RecordOf[Kind] } }[RecordKind];

/**
 * What was exported, by whom and when, as JSON in the shared bucket: the partner may own the other. Each
 * record is written once and never changed; the state of an export is which of them exist.
 */
@Injectable()
export class ExportRecords {
  constructor(
    private readonly store: S3Store,
    private readonly objects: SmallObjects,
    private readonly metrics: AuditForgeMetrics,
    private readonly options: AuditForgeOptions,
  ) {}

  /** @returns false where there is another one of this kind already */
  async write<Kind extends RecordKind>(
    kind: Kind,
    record: RecordOf[Kind],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { engagement_id: engagementId, export_id: exportId }: ExportRequested = record;
    const key = keyOf(engagementId, exportId, kind);
    const body = `${JSON.stringify(record, null, 2)}\n`;
    try {
      return await this.objects.create(this.location, { key, body, contentType: 'application/json' }, signal);
    } catch (error) {
      if (!signal.aborted) this.metrics.recordFailures.inc();
      throw error;
    }
  }

  /**
   * How an export stands.
   * @returns null where it has no record
   * @throws AuditForgeError `invalid_export_record`
   */
  async find(engagementId: string, exportId: string, signal: AbortSignal): Promise<StandingRecord | null> {
    const [records] = await this.list(engagementId, signal, `${exportId}.`);
    return records === undefined ? null : this.standing(engagementId, records, signal);
  }

  /** Reads the one of an export's records that says how it stands. */
  async standing(
    engagementId: string,
    { exportId, kinds }: RecordsOfExport,
    signal: AbortSignal,
  ): Promise<StandingRecord> {
    const kind = ENDS.find((end) => kinds.has(end)) ?? 'request';
    const key = keyOf(engagementId, exportId, kind);
    const json = await this.read(key, signal);
    if (json === null) throw invalidRecord({ key, reason: 'it is gone' });
    return { kind, record: parseRecord(kind, { engagementId, exportId }, json) } as StandingRecord;
  }

  /** The exports of an engagement, oldest first, without reading their records. */
  async list(engagementId: string, signal: AbortSignal, startingWith = ''): Promise<RecordsOfExport[]> {
    const prefix = `${RECORD_PREFIX}${engagementId}/`;
    const found = new Map<string, Set<RecordKind>>();
    const wanted = { Prefix: prefix + startingWith };
    for await (const key of listKeys(this.store, this.location, wanted, signal))
      note(found, key.slice(prefix.length));
    return [...found.keys()].toSorted().map((exportId) => ({ exportId, kinds: found.get(exportId)! }));
  }

  private get location(): { bucket: string } {
    return { bucket: this.options.sharedBucket };
  }

  private async read(key: string, signal: AbortSignal): Promise<string | null> {
    try {
      return await this.objects.read(this.location, key, signal);
    } catch (error) {
      if (error instanceof TooLarge) throw invalidRecord({ key, reason: error.message });
      throw error;
    }
  }
}

function keyOf(engagementId: string, exportId: string, kind: RecordKind): string {
  return `${RECORD_PREFIX}${engagementId}/${exportId}${ENDING[kind]}`;
}

/** What is named otherwise is no record, and passed over. */
function note(found: Map<string, Set<RecordKind>>, name: string): void {
  const dot = name.indexOf('.');
  const exportId = name.slice(0, dot);
  const kind = (Object.keys(ENDING) as RecordKind[]).find((each) => ENDING[each] === name.slice(dot));
  if (kind === undefined || !isExportId(exportId)) return;
  found.set(exportId, (found.get(exportId) ?? new Set()).add(kind));
}
