import { Injectable, Logger } from '@nestjs/common';
import type { AssembledLog } from './log/assembled-log.js';
import { AuditForgeOptions } from './audit-forge.options.js';
import { assertInScope, logFields, type Caller } from './auth/caller.js';
import { StoreClock } from './clock.js';
import type { SignedUrlResponse } from './dto/signed-url.response.js';
import { FORMATS } from './encoders/formats.js';
import { logLocation, type Engagement } from './engagements/engagement.js';
import { Engagements } from './engagements/engagements.js';
import { describeError } from './errors/describe-error.js';
import { failureCode } from './errors/failure-code.js';
import { markReported } from './errors/reported.js';
import { ExportRunner } from './export-runner.js';
import { ExportSlots, type ExportSlot } from './export-slots.js';
import { exportFileName } from './exports/export-key.js';
import { checkedRequest, type ExportRequest, type SignedUrlRequest } from './export-request.js';
import { LinkHandOver } from './custody/link-hand-over.js';
import { copied, type AuditLogStream } from './log/audit-log-stream.js';
import { LogReader, onceMoreIfChanged, type LogToRead } from './log/log-reader.js';
import { openedLog, type OpenedLog } from './log/opened-log.js';
import { AuditForgeMetrics } from './metrics/audit-forge-metrics.js';
import type { ExportMeter, MeteredDelivery } from './metrics/export-meter.js';
import { newExportId } from './records/export-id.js';
import { exportDone, exportRequested } from './records/export-record.js';
import { ExportRecords } from './records/export-records.js';
import { BucketRegions } from './s3/bucket-regions.js';
import type { BucketLocation } from './s3/s3-clients.js';
import type { Snapshot } from './shards/snapshot.js';
import { StreamTrail, TakenPieces } from './custody/stream-trail.js';

/** How a request ends early, and by which name the log calls it. */
export interface ExportContext {
  signal?: AbortSignal;
  requestId?: string;
}

/** One export under way. */
interface ExportTask extends Required<SignedUrlRequest>, LogToRead {
  requestedAt: Date;
  slot: ExportSlot;
  meter: ExportMeter;
}

/** A log that is being streamed, and the listing that it is of. */
interface OpenedStream extends OpenedLog {
  snapshot: Snapshot;
}

/**
 * Exports the audit log of an engagement: what the endpoint uses, and what other services call. For one
 * snapshot of the shards every delivery gives the same bytes.
 */
@Injectable()
export class AuditLogExporter {
  private readonly logger = new Logger('AuditForge');

  constructor(
    private readonly engagements: Engagements,
    private readonly reader: LogReader,
    private readonly runner: ExportRunner,
    private readonly records: ExportRecords,
    private readonly links: LinkHandOver,
    private readonly streamTrail: StreamTrail,
    private readonly regions: BucketRegions,
    private readonly slots: ExportSlots,
    private readonly clock: StoreClock,
    private readonly metrics: AuditForgeMetrics,
    private readonly options: AuditForgeOptions,
  ) {}

  /** @throws AuditForgeError `engagement_out_of_scope`, `engagement_not_found`, `invalid_engagement_record`, … */
  async engagement(caller: Caller, engagementId: string, context: ExportContext = {}): Promise<Engagement> {
    assertInScope(caller, engagementId);
    checkedRequest({ engagementId });
    return this.engagements.get(engagementId, signalOf(context));
  }

  /** Where the log of an engagement lies, and its exports. @throws as `engagement` does */
  async location(caller: Caller, engagementId: string, context: ExportContext = {}): Promise<BucketLocation> {
    return this.locationOf(await this.engagement(caller, engagementId, context), signalOf(context));
  }

  /** The same for an engagement that has been looked up. */
  locationOf(engagement: Engagement, signal: AbortSignal): Promise<BucketLocation> {
    return this.regions.locate(logLocation(engagement, { bucket: this.options.sharedBucket }), signal);
  }

  /**
   * Opens the log for reading. Resolves when its first bytes are known good, so that an error until then is
   * an error of this call; one that comes later is thrown by `bytes`.
   */
  async stream(caller: Caller, request: ExportRequest, context: ExportContext = {}): Promise<AuditLogStream> {
    const task = await this.begin('stream', caller, request, context);
    const { engagementId, format, requestedAt, slot, meter } = task;
    try {
      const opened = await onceMoreIfChanged(() => this.open(task));
      meter.firstByte();
      const taken = new TakenPieces(opened.pieces);
      return {
        fileName: exportFileName(engagementId, requestedAt, format),
        contentType: FORMATS[format].contentType,
        bytes: copied(taken),
        pieces: taken,
        othersWait: slot.othersWait,
        signal: slot.signal,
        summary: () => opened.summary(),
        close: async (outcome) => {
          try {
            await opened.close();
            const isComplete = taken.ended && outcome !== 'aborted';
            if (isComplete) meter.complete(taken.bytes);
            else if (taken.failure === undefined) meter.aborted();
            else meter.failed(taken.failure, hasLeft(context));
            await this.streamTrail.write(caller, context.requestId ?? null, task, {
              outcome: isComplete ? 'complete' : 'aborted',
              bytesSent: taken.bytes,
              summary: taken.ended ? opened.summary() : undefined,
              lastKey: opened.snapshot.lastKey,
            });
          } finally {
            slot.leave();
          }
        },
      };
    } catch (error) {
      slot.leave();
      meter.failed(error, hasLeft(context));
      throw error;
    }
  }

  /**
   * Assembles the log into one object of the engagement's bucket and signs a link to it. A log without an
   * event is not written: then the link is null.
   */
  async signedUrl(
    caller: Caller,
    request: SignedUrlRequest,
    context: ExportContext = {},
  ): Promise<SignedUrlResponse> {
    try {
      return await this.materializeAndSign(caller, request, context);
    } catch (error) {
      this.logFailure(caller, request, context, error);
      markReported(error);
      throw error;
    }
  }

  private async materializeAndSign(
    caller: Caller,
    request: SignedUrlRequest,
    context: ExportContext,
  ): Promise<SignedUrlResponse> {
    const task = await this.begin('signed_url', caller, request, context);
    const { expiresIn, location, requestedAt, slot, meter } = task;
    const { signal } = slot;
    const requestId = context.requestId ?? null;
    try {
      const exportId = newExportId(requestedAt);
      const run = await this.runner.run({ ...task, exportId, signal });
      const requested = exportRequested(caller, { ...task, exportId, requestId });
      const { bucket } = location;
      const done = exportDone(requested, { ...run, bucket, completedAt: this.clock.now() });
      // Nothing is written for a log without an event.
      const isOnRecord = this.options.exportRecords && !done.empty;
      if (isOnRecord) await this.records.write('done', done, signal);
      const link = await this.links.handOver(done, {
        caller,
        requestId,
        expiresIn,
        exportId: isOnRecord ? exportId : null,
        location,
        signal,
      });
      meter.complete(done.size_bytes);
      return link;
    } catch (error) {
      meter.failed(error, hasLeft(context));
      throw error;
    } finally {
      slot.leave();
    }
  }

  /** Who, what, where and when: all that is decided before a log is read. Leave its slot in the end. */
  private async begin(
    delivery: MeteredDelivery,
    caller: Caller,
    request: SignedUrlRequest,
    context: ExportContext,
  ): Promise<ExportTask> {
    const requestedAt = this.clock.now();
    const engagement = await this.engagement(caller, request.engagementId, context);
    const asked = checkedRequest(request);
    const meter = this.metrics.export(delivery, asked.format);
    let slot: ExportSlot | undefined;
    try {
      slot = await this.slots.enter(caller, signalOf(context));
      const location = await this.locationOf(engagement, slot.signal);
      return { ...asked, requestedAt, slot, owner: slot.owner, location, meter };
    } catch (error) {
      slot?.leave();
      meter.failed(error, hasLeft(context));
      throw error;
    }
  }

  private async open(task: ExportTask): Promise<OpenedStream> {
    let snapshot: Snapshot | undefined;
    const start = (signal: AbortSignal): AssembledLog => {
      snapshot = this.reader.snapshot(task, signal);
      return this.reader.read(task, snapshot, signal);
    };
    const opened = await openedLog(start, task.slot.signal);
    return { ...opened, snapshot: snapshot! };
  }

  private logFailure(
    caller: Caller,
    { engagementId }: SignedUrlRequest,
    { requestId, signal }: ExportContext,
    error: unknown,
  ): void {
    const left = hasLeft({ signal });
    this.logger[left ? 'warn' : 'error']({
      msg: 'auditforge_audit_log_signed_url_failed',
      request_id: requestId,
      ...logFields(caller, engagementId),
      code: failureCode(error, left),
      cause: describeError(error),
    });
  }
}

function hasLeft({ signal }: ExportContext): boolean {
  return signal?.aborted === true;
}

/** Of who cannot be told to end: a signal that never is. */
export function signalOf({ signal }: ExportContext): AbortSignal {
  return signal ?? new AbortController().signal;
}
