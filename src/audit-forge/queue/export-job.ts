import type { Caller } from '../auth/caller.js';
import { isPrintableSubject } from '../auth/session-scope.js';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import { EXPIRES_IN } from '../export-request.js';
import { ENGAGEMENT_ID } from '../names.js';
import { EXPORT_ID } from '../records/export-id.js';
import { exportRequested, type ExportRequested, type RequestedBy } from '../records/export-record.js';

/** An accepted export on its way to whoever does it. Plain JSON, and never a token or a link. */
export interface ExportJob {
  exportId: string;
  engagementId: string;
  format: LogFormat;
  expiresIn: number;
  caller: RequestedBy;
  requestId: string | null;
  /** ISO 8601. */
  requestedAt: string;
  /** The second in the key that is reserved for it. ISO 8601. */
  keyAt: string;
}

/** A queue is input as well: what becomes part of keys is looked at again. @throws Error */
export function assertJob(job: ExportJob): void {
  const isJob =
    EXPORT_ID.test(job.exportId) &&
    ENGAGEMENT_ID.test(job.engagementId) &&
    LOG_FORMATS.includes(job.format) &&
    Number.isInteger(job.expiresIn) &&
    job.expiresIn >= EXPIRES_IN.min &&
    job.expiresIn <= EXPIRES_IN.max &&
    ['admin', 'session', 'service'].includes(job.caller.kind) &&
    isPrintableSubject(job.caller.subject) &&
    !Number.isNaN(Date.parse(job.requestedAt)) &&
    !Number.isNaN(Date.parse(job.keyAt));
  if (!isJob) throw new Error('this is no export job');
}

/** Who asked, with what was granted when the export was accepted: this engagement and no other. */
export function callerOfJob({ caller: { kind, subject }, engagementId }: ExportJob): Caller {
  return kind === 'session' ? { kind, subject, engagements: new Set([engagementId]) } : { kind, subject };
}

export function requestedOfJob(job: ExportJob): ExportRequested {
  return exportRequested(job.caller, { ...job, requestedAt: new Date(job.requestedAt) });
}
