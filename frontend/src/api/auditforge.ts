import { createAuditForgeClient } from './client.js';

export { createAuditForgeClient, type AuditForgeClient, type AuditForgeClientOptions } from './client.js';
export { AuditForgeProblem, NetworkFailure, UnexpectedAnswer } from './errors.js';
export type { AuditLogFormat, AuditLogSignedUrlResponse, Engagement, Session } from './types.js';

/** The client of the page's own origin, by the session's cookie. */
export const {
  getAuditLogSignedUrl,
  getEngagement,
  auditLogUrl,
  checkAuditLog,
  signIn,
  getSession,
  signOut,
} = createAuditForgeClient();
