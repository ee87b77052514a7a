import { AuditForgeProblem } from './errors.js';
import { asExportList, asStanding } from './export-answers.js';
import { exportIdOf, followExport, linkOf } from './follow-export.js';
import { secondsUntilRetry } from './problem.js';
import { readJson, send, type Transport } from './request.js';
import type { AuditLogFormat, AuditLogSignedUrlResponse, ExportList } from './types.js';
import type { Waiting, WaitingForExport } from './waiting.js';

/** Until an export takes longer, one request does. */
const PREFER = 'respond-async, wait=10';
/** For telling the service that an export is not wanted any more. */
const CANCEL_LIMIT_MS = 10_000;

/** One page of a history, and when the service would rather be asked again; `null` where it does not say. */
export type ExportPage = ExportList & { readonly retryAfterSeconds: number | null };

export interface ExportCalls {
  /**
   * The whole log as one S3 object, and a link to it valid for `expiresIn` seconds (60 to 3600). It waits as long as the
   * export takes; to abort it cancels the export.
   */
  readonly getAuditLogSignedUrl: (
    engagementId: string,
    format?: AuditLogFormat,
    expiresIn?: number,
    waiting?: WaitingForExport,
  ) => Promise<AuditLogSignedUrlResponse>;
  /** A fresh link to the object of an export that is ready. */
  readonly renewExport: (
    engagementId: string,
    exportId: string,
    expiresIn?: number,
    waiting?: Waiting,
  ) => Promise<AuditLogSignedUrlResponse>;
  /** One page of the exports of an engagement, newest first, without links; `null` where the service keeps no records. */
  readonly listExports: (
    engagementId: string,
    page?: { limit?: number; cursor?: string },
    waiting?: Waiting,
  ) => Promise<ExportPage | null>;
  /** Ends an export that has not ended. */
  readonly cancelExport: (engagementId: string, exportId: string, waiting?: Waiting) => Promise<void>;
}

export function exportCalls(transport: Transport, engagement: (id: string) => string): ExportCalls {
  const exportsOf = (id: string) => `${engagement(id)}/audit-log/exports`;
  const oneOf = (id: string, exportId: string) => `${exportsOf(id)}/${encodeURIComponent(exportId)}`;
  const ask = (id: string, exportId: string, expiresIn: number, signal: AbortSignal | undefined) =>
    send(transport, `${oneOf(id, exportId)}?expires_in=${expiresIn}`, { signal });

  const cancelQuietly = async (id: string, exportId: string): Promise<void> => {
    const signal = AbortSignal.timeout(CANCEL_LIMIT_MS);
    // It may have ended by now, or the service be out of reach: there is no one left to be told.
    await send(transport, oneOf(id, exportId), { method: 'DELETE', signal, keepalive: true }).catch(
      () => undefined,
    );
  };

  return {
    async getAuditLogSignedUrl(id, format = 'jsonl', expiresIn = 600, waiting = {}) {
      const { signal } = waiting;
      const query = new URLSearchParams({ format, delivery: 'signed_url', expires_in: String(expiresIn) });
      const path = `${engagement(id)}/audit-log?${query}`;
      const first = await send(transport, path, { prefer: PREFER, signal });
      try {
        return await followExport(first, id, (exportId) => ask(id, exportId, expiresIn, signal), waiting);
      } catch (error) {
        const exportId = first.status === 202 ? exportIdOf(first) : null;
        if (signal?.aborted === true && exportId !== null) await cancelQuietly(id, exportId);
        throw error;
      }
    },
    async renewExport(id, exportId, expiresIn = 600, { signal } = {}) {
      const response = await ask(id, exportId, expiresIn, signal);
      return linkOf(asStanding(await readJson(response), id), response);
    },
    async listExports(id, page = {}, { signal } = {}) {
      const query = new URLSearchParams(
        Object.entries(page).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const path = query.size === 0 ? exportsOf(id) : `${exportsOf(id)}?${query}`;
      try {
        const response = await send(transport, path, { signal });
        const retryAfterSeconds = secondsUntilRetry(response.headers.get('retry-after'));
        return { ...asExportList(await readJson(response)), retryAfterSeconds };
      } catch (error) {
        // The address itself is not known there; of an engagement that is not, the code says so.
        if (error instanceof AuditForgeProblem && error.code === 'not_found') return null;
        throw error;
      }
    },
    async cancelExport(id, exportId, { signal } = {}) {
      await send(transport, oneOf(id, exportId), { method: 'DELETE', signal });
    },
  };
}
