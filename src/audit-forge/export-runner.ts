import { Injectable } from '@nestjs/common';
import type { LogSummary } from './log/assembled-log.js';
import { ExportMaterializer, type PendingExport } from './exports/export-materializer.js';
import type { StoredExport } from './exports/export-object.js';
import { fromFreeSecond } from './exports/key-taken.js';
import { LogOutgrewPlan, planForCompressed, planParts, type PartPlan } from './exports/part-size.js';
import { LogReader, onceMoreIfChanged, type LogToRead, type ReadSoFar } from './log/log-reader.js';
import type { SnapshotDigest } from './shards/snapshot-digest.js';

/** What has been read, and what there is to read. */
export interface ExportProgress {
  shards: { done: number; total: number };
  bytes: { done: number; total: number };
}

export interface ExportRun extends LogToRead {
  exportId: string;
  /** The second from which on a free one is looked for, for the key. */
  requestedAt: Date;
  signal: AbortSignal;
  /** How far it is can be asked at any time from then on. */
  onProgress?: (progress: () => ExportProgress) => void;
  /** Called directly before the object is completed. What it throws keeps the object from coming to be. */
  confirm?: (pending: PendingExport & OfSnapshot) => Promise<void>;
}

/** The listing that a log is of. */
export interface OfSnapshot {
  snapshotAt: Date;
  digest: SnapshotDigest;
}

/** A log that has been read to its end, and its object unless it has no event. */
export interface FinishedRun extends OfSnapshot {
  stored: StoredExport | null;
  summary: LogSummary;
}

/** Turns the log of one engagement into one object. */
@Injectable()
export class ExportRunner {
  constructor(
    private readonly reader: LogReader,
    private readonly materializer: ExportMaterializer,
  ) {}

  /** @throws AuditForgeError, what `confirm` throws, or the signal's reason; then nothing is left in the store */
  run(run: ExportRun): Promise<FinishedRun> {
    return onceMoreIfChanged(() => this.attempt(run));
  }

  /** Stores the log of one snapshot, under a later second as often as another process takes the key. */
  private async attempt(run: ExportRun): Promise<FinishedRun> {
    const { format, location, engagementId, exportId, owner, signal, confirm } = run;
    const snapshot = this.reader.snapshot(run, signal);
    const totals = await snapshot.totals();
    const ofSnapshot = { snapshotAt: snapshot.takenAt, digest: await snapshot.digest() };
    const storeAs = (plan: PartPlan) =>
      fromFreeSecond(run.requestedAt, async (requestedAt) => {
        const soFar: ReadSoFar = { shards: 0, bytes: 0 };
        run.onProgress?.(() => progressOf(soFar, ofSnapshot.digest));
        const log = this.reader.read(run, snapshot, signal, soFar);
        const stored = await this.materializer.materialize(log, {
          ...plan,
          location,
          engagementId,
          format,
          requestedAt,
          exportId,
          owner,
          signal,
          confirm: async (pending) => confirm?.({ ...pending, ...ofSnapshot }),
        });
        return { stored, summary: log.summary, ...ofSnapshot };
      });
    try {
      return await storeAs(planParts(totals, format));
    } catch (error) {
      if (!(error instanceof LogOutgrewPlan)) throw error;
      return storeAs(planForCompressed(totals, format));
    }
  }
}

export const NOT_BEGUN: ExportProgress = { shards: { done: 0, total: 0 }, bytes: { done: 0, total: 0 } };

function progressOf({ shards, bytes }: ReadSoFar, { count, bytes: all }: SnapshotDigest): ExportProgress {
  return { shards: { done: shards, total: count }, bytes: { done: bytes, total: all } };
}
