import { Injectable, Logger } from '@nestjs/common';
import { AssembledLog, type LogSummary } from './assembled-log.js';
import { AuditForgeOptions } from './audit-forge.options.js';
import { assertInScope, type Caller } from './auth/caller.js';
import { StoreClock } from './clock.js';
import { signedUrlResponse, type SignedUrlResponse } from './dto/signed-url.response.js';
import { FORMATS, type LogFormat } from './encoders/formats.js';
import { logLocation, type Engagement } from './engagements/engagement.js';
import { Engagements } from './engagements/engagements.js';
import { describeError } from './errors/describe-error.js';
import { AuditForgeError } from './errors/audit-forge.error.js';
import { ExportSlots, type ExportSlot } from './export-slots.js';
import { ExportMaterializer } from './exports/export-materializer.js';
import { exportFileName } from './exports/export-key.js';
import type { StoredExport } from './exports/export-object.js';
import { fromFreeSecond } from './exports/key-taken.js';
import { partSize } from './exports/part-size.js';
import { Presigner } from './exports/presigner.js';
import { checkedRequest, type ExportRequest, type SignedUrlRequest } from './export-request.js';
import { openedLog, type OpenedLog } from './opened-log.js';
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
  /** Once `bytes` has come to its end. */
  summary(): LogSummary;
  /** Ends all reading. Call it in the end, however that came. */
  close(): Promise<void>;
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
    const requestedAt = this.clock.now();
    const engagement = await this.engagement(caller, request.engagementId, context);
    const { engagementId, format } = checkedRequest(request);
    const slot = await this.slots.enter(caller, signalOf(context));
    try {
      const opened = await this.retryOnce(() => this.open(engagement, format, slot));
      return {
        fileName: exportFileName(engagementId, requestedAt, format),
        contentType: FORMATS[format].contentType,
        bytes: opened.bytes,
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
      this.logFailure(request, context, error);
      throw error;
    }
  }

  private async materializeAndSign(
    caller: Caller,
    request: SignedUrlRequest,
    context: ExportContext,
  ): Promise<SignedUrlResponse> {
    const requestedAt = this.clock.now();
    const engagement = await this.engagement(caller, request.engagementId, context);
    const { engagementId, format, expiresIn } = checkedRequest(request);
    const location = this.locationOf(engagement);
    const slot = await this.slots.enter(caller, signalOf(context));
    try {
      const { stored, summary } = await this.retryOnce(() =>
        this.store(engagement, format, requestedAt, slot),
      );
      const link = stored === null ? null : await this.presigner.sign(location, stored, expiresIn);
      return signedUrlResponse({
        engagementId,
        format,
        expiresIn,
        bucket: location.bucket,
        summary,
        stored,
        link,
      });
    } finally {
      slot.leave();
    }
  }

  private async open(engagement: Engagement, format: LogFormat, slot: ExportSlot): Promise<OpenedLog> {
    return openedLog(
      (signal) => this.read(engagement, format, this.snapshot(engagement, signal), slot, signal),
      slot.signal,
    );
  }

  /** Stores the log of one snapshot, under a later second as often as another process takes the key. */
  private async store(
    engagement: Engagement,
    format: LogFormat,
    requestedAt: Date,
    slot: ExportSlot,
  ): Promise<{ stored: StoredExport | null; summary: LogSummary }> {
    const { owner, signal } = slot;
    const location = this.locationOf(engagement);
    const snapshot = this.snapshot(engagement, signal);
    const partBytes = partSize(await snapshot.totals(), format);
    return fromFreeSecond(requestedAt, async (from) => {
      const log = this.read(engagement, format, snapshot, slot, signal);
      const task = {
        location,
        engagementId: engagement.id,
        format,
        requestedAt: from,
        partBytes,
        owner,
        signal,
      };
      return { stored: await this.materializer.materialize(log, task), summary: log.summary };
    });
  }

  private read(
    engagement: Engagement,
    format: LogFormat,
    snapshot: Snapshot,
    { owner }: ExportSlot,
    signal: AbortSignal,
  ): AssembledLog {
    const stored = this.reader.read(this.locationOf(engagement), snapshot, owner, signal);
    return new AssembledLog(snapshot, shardContents(stored), format);
  }

  private snapshot(engagement: Engagement, signal: AbortSignal): Snapshot {
    return this.snapshots.take(this.locationOf(engagement), engagement.id, signal);
  }

  private locationOf(engagement: Engagement): BucketLocation {
    return logLocation(engagement, { bucket: this.options.sharedBucket });
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
    { engagementId }: SignedUrlRequest,
    { requestId, signal }: ExportContext,
    error: unknown,
  ): void {
    const left = signal?.aborted === true;
    this.logger[left ? 'warn' : 'error']({
      msg: 'auditforge_audit_log_signed_url_failed',
      request_id: requestId,
      engagement_id: engagementId,
      code: left ? 'client_left' : error instanceof AuditForgeError ? error.code : 'internal_error',
      cause: describeError(error),
    });
  }
}

function signalOf({ signal }: ExportContext): AbortSignal {
  return signal ?? new AbortController().signal;
}
