import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from './audit-forge.options.js';
import { AuditLogExporter, signalOf, type ExportContext } from './audit-log-exporter.js';
import type { Caller } from './auth/caller.js';
import type { Engagement } from './engagements/engagement.js';
import { hasCode } from './errors/has-code.js';
import { ExportAcceptance, type AcceptRequest } from './queue/export-acceptance.js';
import { ExportCancellation } from './queue/export-cancellation.js';
import { ExportHistory } from './history/export-history.js';
import { NOT_BEGUN } from './export-runner.js';
import type { ExportEntry, ExportState } from './history/export-state.js';
import { assertObjectThere } from './exports/recorded-object.js';
import { LinkHandOver } from './custody/link-hand-over.js';
import { ExportQueue } from './queue/export-queue.js';
import type { ExportDone } from './records/export-record.js';
import { assertOwnObject } from './records/renewable.js';
import { S3Store } from './s3/s3-store.js';

export interface LinkWanted {
  /** Seconds; undefined: no link is wanted, and none is made. */
  expiresIn: number | undefined;
}

/** What becomes of an export while its request is not answered. */
export interface Patience {
  /** Seconds to wait for its end; 0: not at all. */
  waitSeconds: number;
  /** Whether it is cancelled when the signal of its request ends: then nobody has learnt of it. */
  endsWithRequest?: boolean;
}

/** Exports that outlive the request: accepted, done by a queue, found again by their records. */
@Injectable()
export class AuditLogExports {
  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly acceptance: ExportAcceptance,
    private readonly history: ExportHistory,
    private readonly cancellation: ExportCancellation,
    private readonly queue: ExportQueue,
    private readonly links: LinkHandOver,
    private readonly store: S3Store,
    private readonly options: AuditForgeOptions,
  ) {}

  /** Whether exports leave records, without which there is nothing to find them by. */
  get areOn(): boolean {
    return this.options.exportRecords;
  }

  /** Accepts an export, and waits for its end as long as is asked for. */
  async request(
    caller: Caller,
    request: AcceptRequest,
    { waitSeconds, endsWithRequest = false }: Patience,
    context: ExportContext = {},
  ): Promise<ExportState> {
    const exportId = await this.acceptance.accept(caller, request, context);
    const { engagementId, expiresIn } = request;
    if (endsWithRequest) this.cancellation.onceLeft(caller, engagementId, exportId, context);
    await this.settled(exportId, waitSeconds, context);
    try {
      return await this.state(caller, engagementId, exportId, { expiresIn }, context);
    } catch (error) {
      if (!hasCode(error, 'export_not_found')) throw error;
      // The same request under the same key is being accepted at this moment.
      return { export_id: exportId, state: 'queued', progress: NOT_BEGUN };
    }
  }

  /** Waits until it has ended, but no longer than that. */
  private async settled(exportId: string, seconds: number, { signal }: ExportContext = {}): Promise<void> {
    if (seconds === 0) return;
    const patience = AbortSignal.timeout(seconds * 1000);
    await this.queue.settled(exportId, signal === undefined ? patience : AbortSignal.any([signal, patience]));
    signal?.throwIfAborted();
  }

  /** How an export stands; for one that is ready, with a fresh link to the same object. */
  async state(
    caller: Caller,
    engagementId: string,
    exportId: string,
    wanted: LinkWanted,
    context: ExportContext = {},
  ): Promise<ExportState> {
    const engagement = await this.exporter.engagement(caller, engagementId, context);
    const standing = await this.history.now(engagementId, exportId, signalOf(context));
    const progress = NOT_BEGUN;
    if (standing.kind === 'done')
      return { state: 'ready', ...(await this.link(caller, engagement, standing.record, wanted, context)) };
    if (standing.kind === 'cancelled') return { export_id: exportId, state: 'cancelled', progress };
    if (standing.kind === 'failed')
      return { export_id: exportId, state: 'failed', progress, reason: standing.record.reason };
    const { view } = standing;
    return view.state === 'lost'
      ? { export_id: exportId, state: 'failed', progress, reason: 'lost_at_restart' }
      : { export_id: exportId, ...view };
  }

  /** @throws AuditForgeError `export_finished`, `export_not_found`, `queue_unavailable` */
  cancel(caller: Caller, engagementId: string, exportId: string, context: ExportContext = {}): Promise<void> {
    return this.cancellation.cancel(caller, engagementId, exportId, context);
  }

  /** One page of the history, newest first. */
  async list(
    caller: Caller,
    engagementId: string,
    page: { limit: number; before: string | undefined },
    context: ExportContext = {},
  ): Promise<{ exports: ExportEntry[]; next: string | null }> {
    await this.exporter.engagement(caller, engagementId, context);
    return this.history.page(engagementId, page, signalOf(context));
  }

  private async link(
    caller: Caller,
    engagement: Engagement,
    done: ExportDone,
    { expiresIn }: LinkWanted,
    context: ExportContext,
  ): ReturnType<LinkHandOver['handOver']> {
    const { requestId = null } = context;
    const signal = signalOf(context);
    const location = await this.exporter.locationOf(engagement, signal);
    if (!done.empty) {
      assertOwnObject(done, location);
      await assertObjectThere(this.store, done, location, signal);
    }
    const exportId = done.export_id;
    if (expiresIn === undefined) return this.links.withoutLink(done, exportId);
    return this.links.handOver(done, { caller, requestId, expiresIn, exportId, location, signal });
  }
}
