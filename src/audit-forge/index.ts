export { AuditForgeModule } from './audit-forge.module.js';
export type { AuditForgeModuleExtras } from './audit-forge.module-definition.js';
export type { AdminToken, AuditForgeOptions } from './audit-forge.options.js';
export {
  AuditLogExporter,
  type AuditLogStream,
  type ExportContext,
  type ExportRequest,
  type SignedUrlRequest,
} from './audit-log-exporter.js';
export type { LogSummary } from './assembled-log.js';
export type { Caller } from './auth/caller.js';
export { SessionVerifier, type Session } from './auth/session-verifier.js';
export { Clock } from './clock.js';
export type { SignedUrlResponse } from './dto/signed-url.response.js';
export type { LogFormat } from './encoders/formats.js';
export type { Engagement } from './engagements/engagement.js';
export { EngagementStore } from './engagements/engagement-store.js';
export { AuditForgeError } from './errors/audit-forge.error.js';
export type { ErrorCode } from './errors/problems.js';
export { S3ClientFactory } from './s3/s3-clients.js';
