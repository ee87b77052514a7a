import { Injectable } from '@nestjs/common';
import { AuditLogExporter, signalOf, type ExportContext } from '../audit-log-exporter.js';
import { callerKey, type Caller } from '../auth/caller.js';
import { StoreClock } from '../clock.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { checkedRequest, type SignedUrlRequest } from '../export-request.js';
import { nextSecond } from '../exports/export-key.js';
import { ExportKeys, type ReservedKey } from '../exports/export-keys.js';
import { IdempotencyKeys, type Claim } from '../idempotency/idempotency-keys.js';
import { requestedOfJob, type ExportJob } from './export-job.js';
import { ExportQueue } from './export-queue.js';
import { newExportId } from '../records/export-id.js';
import { exportFailed } from '../records/export-record.js';
import { decidedRecordLimit, ExportRecords } from '../records/export-records.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { Shutdown } from '../shutdown.js';

const TAKEN_BACK_WITHIN_MS = 10_000;

export interface AcceptRequest extends Required<SignedUrlRequest> {
  /** 1 to 255 visible ASCII characters. */
  idempotencyKey?: string | undefined;
}

/** From a request for an export to a job: its id, its key, its record, in that order. */
@Injectable()
export class ExportAcceptance {
  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly keys: ExportKeys,
    private readonly queue: ExportQueue,
    private readonly records: ExportRecords,
    private readonly idempotency: IdempotencyKeys,
    private readonly clock: StoreClock,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * @returns the id of the export: a new one, or that of the same request under the same key
   * @throws AuditForgeError `idempotency_key_reused`, `too_many_requests`, `queue_unavailable`, …
   */
  async accept(caller: Caller, request: AcceptRequest, context: ExportContext): Promise<string> {
    this.shutdown.assertOpen();
    const { engagementId, format, expiresIn } = checkedRequest(request);
    const requestedAt = this.clock.now();
    const location = await this.exporter.location(caller, engagementId, context);
    const claim = { exportId: newExportId(requestedAt), format, expiresIn };
    const key = request.idempotencyKey;
    const name = key === undefined ? undefined : claimName(caller, engagementId, key);
    if (name !== undefined) {
      const kept = await this.idempotency.claim(name, claim);
      if (kept.exportId !== claim.exportId) return sameRequest(kept, claim);
    }
    const job: ExportJob = {
      ...claim,
      engagementId,
      caller: { kind: caller.kind, subject: caller.subject },
      requestId: context.requestId ?? null,
      requestedAt: requestedAt.toISOString(),
      keyAt: requestedAt.toISOString(),
    };
    try {
      await this.enqueue(job, location, context);
      return job.exportId;
    } catch (error) {
      if (name !== undefined) await this.idempotency.release(name).catch(() => undefined);
      throw error;
    }
  }

  private async enqueue(job: ExportJob, location: BucketLocation, context: ExportContext): Promise<void> {
    const signal = signalOf(context);
    await this.queue.assertRoom(job);
    const reserved = await this.reserve(job, location, signal);
    const settledJob = { ...job, keyAt: reserved.at.toISOString() };
    try {
      signal.throwIfAborted();
      await this.enter(settledJob);
    } catch (error) {
      reserved.release();
      throw error;
    }
    // Where others share the queue, it is the queue that keeps the key.
    if (this.queue.isShared) reserved.release();
    else void this.queue.settled(job.exportId, new AbortController().signal).then(() => reserved.release());
  }

  /** A key that is free in this process, in the store, and among all that share the queue. */
  private async reserve(job: ExportJob, location: BucketLocation, signal: AbortSignal): Promise<ReservedKey> {
    const { exportId, engagementId, format } = job;
    for (let from = new Date(job.requestedAt); ;) {
      const reserved = await this.keys.reserve(location, engagementId, format, from, signal, exportId);
      if (await this.queue.claimKey(`${location.bucket}/${reserved.key}`, exportId)) return reserved;
      reserved.release();
      from = nextSecond(reserved.at);
    }
  }

  /** To its end, also when the client leaves: what is on record is in the queue, or has an end. */
  private async enter(job: ExportJob): Promise<void> {
    try {
      await this.records.write('request', requestedOfJob(job), decidedRecordLimit());
      await this.queue.add(job);
    } catch (error) {
      await this.takeBack(job, error);
      throw error;
    }
  }

  /** The record of the request may be there already: another one says what came of it. */
  private async takeBack(job: ExportJob, error: unknown): Promise<void> {
    const reason = error instanceof AuditForgeError ? error.code : 'internal_error';
    const failed = exportFailed(requestedOfJob(job), reason, this.clock.now());
    await this.records
      .write('failed', failed, AbortSignal.timeout(TAKEN_BACK_WITHIN_MS))
      .catch(() => undefined);
  }
}

/** A key means the same only for one caller and one engagement. */
function claimName(caller: Caller, engagementId: string, key: string): string {
  return `${callerKey(caller)}\n${engagementId}\n${key}`;
}

function sameRequest(kept: Claim, { format, expiresIn }: Claim): string {
  if (kept.format === format && kept.expiresIn === expiresIn) return kept.exportId;
  throw new AuditForgeError('idempotency_key_reused');
}
