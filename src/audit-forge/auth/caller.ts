import { AuditForgeError } from '../errors/audit-forge.error.js';
import { ENGAGEMENT_ID } from '../names.js';

/** Who asks, once it has been proven. What a caller may read follows from this and from nothing it sent. */
export type Caller =
  | { readonly kind: 'admin'; readonly subject: string }
  | { readonly kind: 'service'; readonly subject: string }
  | { readonly kind: 'session'; readonly subject: string; readonly engagements: ReadonlySet<string> };

/** @throws AuditForgeError `engagement_out_of_scope`, whether or not the engagement exists. */
export function assertInScope(caller: Caller, engagementId: string): void {
  if (caller.kind === 'session' && !caller.engagements.has(engagementId)) {
    throw new AuditForgeError('engagement_out_of_scope');
  }
}

/** One name for one caller, for turns and limits that go by caller. */
export function callerKey(caller: Caller): string {
  return `${caller.kind}:${caller.subject}`;
}

/** Who asks for what, as a log line names it. An id that is none is the client's own text, and left out. */
export function logFields(caller: Caller | undefined, engagementId: unknown): Record<string, unknown> {
  return {
    ...(caller === undefined ? {} : { caller: { kind: caller.kind, subject: caller.subject } }),
    ...(typeof engagementId === 'string' && ENGAGEMENT_ID.test(engagementId)
      ? { engagement_id: engagementId }
      : {}),
  };
}
