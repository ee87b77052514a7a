import type { ExportJob } from '../../src/audit-forge/queue/export-job.js';
import { newExportId } from '../../src/audit-forge/records/export-id.js';

/** A job of an admin, or of a session where a subject is given. */
export function jobOf(subject?: string, engagementId = 'eng-1'): ExportJob {
  const now = new Date();
  return {
    exportId: newExportId(now),
    engagementId,
    format: 'jsonl',
    expiresIn: 600,
    caller: subject === undefined ? { kind: 'admin', subject: 'ops' } : { kind: 'session', subject },
    requestId: null,
    requestedAt: now.toISOString(),
    keyAt: now.toISOString(),
  };
}
