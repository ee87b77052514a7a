import { Injectable, Logger } from '@nestjs/common';
import { AssembledLog, type LogSummary } from './assembled-log.js';
import { AuditForgeOptions } from './audit-forge.options.js';
import { assertInScope, logFields, type Caller } from './auth/caller.js';
import { StoreClock } from './clock.js';
import { signedUrlResponse, type SignedUrlResponse } from './dto/signed-url.response.js';
import { FORMATS } from './encoders/formats.js';
import { logLocation, type Engagement } from './engagements/engagement.js';
import { Engagements } from './engagements/engagements.js';
import { describeError } from './errors/describe-error.js';
import { failureCode } from './errors/failure-code.js';
import { markReported } from './errors/reported.js';
import { ExportSlots, type ExportSlot } from './export-slots.js';
import { ExportMaterializer } from './exports/export-materializer.js';
import { exportFileName } from './exports/export-key.js';
import type { StoredExport } from './exports/export-object.js';
import { fromFreeSecond } from './exports/key-taken.js';
import { LogOutgrewPlan, planForCompressed, planParts, type PartPlan } from './exports/part-size.js';
import { Presigner } from './exports/presigner.js';
import { checkedRequest, type ExportRequest, type SignedUrlRequest } from './export-request.js';
import { openedLog } from './opened-log.js';
import { BucketRegions } from './s3/bucket-regions.js';
import type { BucketLocation } from './s3/s3-clients.js';
import { SnapshotChanged, type Snapshot } from './shards/snapshot.js';
import { ShardReader } from './shards/shard-reader.js';
import { shardContents } from './shards/shard-content.js';
import { Snapshots } from './shards/snapshots.js';

/** How a request ends early, and by which name the log calls it. */
export interface ExportContext {
  signal?: AbortSignal;
  requestId?: string;
}

/** A log that is ready to be read: its first bytes are known good. */
export interface AuditLogStream {
  fileName: string;
  contentType: string;
  /** The log's bytes in order, to be read once. Throws where the log cannot be whole. */
  bytes: AsyncIterable<Buffer>;
  /**
   * Instead of `bytes`, the same without a copy: each piece is good only until the next one is asked for, when
   * its memory is read into again. For who waits until a piece has been written and flushed.
   */
  pieces: AsyncIterable<Buffer>;
  /** Whether other exports wait for this one's slot: a receiver that is slow should then give up. */
  othersWait: () => boolean;
  /** Aborted when it must end: who asked has left, or the process stops. Waits for a receiver should end, too. */
  signal: AbortSignal;
  /** Once either has come to its end. */
  summary(): LogSummary;
  /** Ends all reading. Call it in the end, however that came. */
  close(): Promise<void>;
}

/** One export under way. */
interface ExportTask extends Required<SignedUrlRequest> {
  location: BucketLocation;
  requestedAt: Date;
  slot: ExportSlot;
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
    private readonly snapshots: Snapshots,
    private readonly reader: ShardReader,
    private readonly materializer: ExportMaterializer,
    private readonly presigner: Presigner,
    private readonly regions: BucketRegions,
    private readonly slots: ExportSlots,
    private readonly clock: StoreClock,
    private readonly options: AuditForgeOptions,
  ) {}

  /** @throws AuditForgeError `engagement_out_of_scope`, `engagement_not_found`, `invalid_engagement_record`, … */
  async engagement(caller: Caller, engagementId: string, context: ExportContext = {}): Promise<Engagement> {
    assertInScope(caller, engagementId);
    checkedRequest({ engagementId });
    return this.engagements.get(engagementId, signalOf(context));
  }

  /**
   * Opens the log for reading. Resolves when its first bytes are known good, so that an error until then is
   * an error of this call; one that comes later is thrown by `bytes`.
   */
  async stream(caller: Caller, request: ExportRequest, context: ExportContext = {}): Promise<AuditLogStream> {
    const task = await this.begin(caller, request, context);
    const { engagementId, format, requestedAt, slot } = task;
    try {
      const opened = await this.retryOnce(() =>
        openedLog((signal) => this.read(task, this.snapshot(task, signal), signal), slot.signal),
      );
      return {
        fileName: exportFileName(engagementId, requestedAt, format),
        contentType: FORMATS[format].contentType,
        bytes: copied(opened.pieces),
        pieces: opened.pieces,
        othersWait: slot.othersWait,
        signal: slot.signal,
        summary: () => opened.summary(),
        close: () => opened.close().finally(() => slot.leave()),
      };
    } catch (error) {
      slot.leave();
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
    const task = await this.begin(caller, request, context);
    const { engagementId, format, expiresIn, location, slot } = task;
    try {
      const { stored, summary } = await this.retryOnce(() => this.store(task));
      const link = stored === null ? null : await this.presigner.sign(location, stored, expiresIn);
      const { bucket } = location;
      return signedUrlResponse({ engagementId, format, expiresIn, bucket, summary, stored, link });
    } finally {
      slot.leave();
    }
  }

  /** Who, what, where and when: all that is decided before a log is read. Leave its slot in the end. */
  private async begin(
    caller: Caller,
    request: SignedUrlRequest,
    context: ExportContext,
  ): Promise<ExportTask> {
    const requestedAt = this.clock.now();
    const engagement = await this.engagement(caller, request.engagementId, context);
    const asked = checkedRequest(request);
    const slot = await this.slots.enter(caller, signalOf(context));
    try {
      const location = logLocation(engagement, { bucket: this.options.sharedBucket });
      return { ...asked, requestedAt, slot, location: await this.regions.locate(location, slot.signal) };
    } catch (error) {
      slot.leave();
      throw error;
    }
  }

  /** Stores the log of one snapshot, under a later second as often as another process takes the key. */
  private async store(task: ExportTask): Promise<{ stored: StoredExport | null; summary: LogSummary }> {
    const { engagementId, format, location, slot } = task;
    const { owner, signal } = slot;
    const snapshot = this.snapshot(task, signal);
    const totals = await snapshot.totals();
    const storeAs = (plan: PartPlan) =>
      fromFreeSecond(task.requestedAt, async (requestedAt) => {
        const log = this.read(task, snapshot, signal);
        const what = { ...plan, location, engagementId, format, requestedAt, owner, signal };
        return { stored: await this.materializer.materialize(log, what), summary: log.summary };
      });
    try {
      return await storeAs(planParts(totals, format));
    } catch (error) {
      if (!(error instanceof LogOutgrewPlan)) throw error;
      return storeAs(planForCompressed(totals, format));
    }
  }

  private read(
    { location, format, slot }: ExportTask,
    snapshot: Snapshot,
    signal: AbortSignal,
  ): AssembledLog {
    const stored = this.reader.read(location, snapshot, slot.owner, signal);
    return new AssembledLog(snapshot, shardContents(stored), format);
  }

  private snapshot({ location, engagementId }: ExportTask, signal: AbortSignal): Snapshot {
    return this.snapshots.take(location, engagementId, signal);
  }

  /** A snapshot that does not hold is taken anew once, while nothing has been sent or completed. */
  private async retryOnce<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SnapshotChanged)) throw error;
      return attempt();
    }
  }

  private logFailure(
    caller: Caller,
    { engagementId }: SignedUrlRequest,
    { requestId, signal }: ExportContext,
    error: unknown,
  ): void {
    const left = signal?.aborted === true;
    this.logger[left ? 'warn' : 'error']({
      msg: 'auditforge_audit_log_signed_url_failed',
      request_id: requestId,
      ...logFields(caller, engagementId),
      code: failureCode(error, left),
      cause: describeError(error),
    });
  }
}

async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

function signalOf({ signal }: ExportContext): AbortSignal {
  return signal ?? new AbortController().signal;
}
