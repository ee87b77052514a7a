import { createAuditForgeClient } from './client.js';

export { createAuditForgeClient, type AuditForgeClient, type AuditForgeClientOptions } from './client.js';
export type { ExportPage } from './export-calls.js';
export { AuditForgeProblem, NetworkFailure, UnexpectedAnswer } from './errors.js';
export type {
  AuditLogFormat,
  AuditLogSignedUrlResponse,
  Engagement,
  ExportEntry,
  ExportProgress,
  Session,
  UnfinishedExport,
} from './types.js';
export type { Waiting, WaitingForExport } from './waiting.js';

/** The client of the page's own origin, by the session's cookie. */
export const {
  getAuditLogSignedUrl,
  renewExport,
  listExports,
  cancelExport,
  getEngagement,
  auditLogUrl,
  checkAuditLog,
  signIn,
  getSession,
  signOut,
} = createAuditForgeClient();
