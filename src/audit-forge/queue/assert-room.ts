import { AuditForgeError } from '../errors/audit-forge.error.js';

export const MAX_QUEUED = 1_000;
export const MAX_QUEUED_OF_SESSION = 20;

/** @throws AuditForgeError `too_many_requests` */
export function assertRoom(queued: { all: number; ofCaller: number; isSession: boolean }): void {
  const { all, ofCaller, isSession } = queued;
  if (all < MAX_QUEUED && (!isSession || ofCaller < MAX_QUEUED_OF_SESSION)) return;
  throw new AuditForgeError('too_many_requests', {
    detail:
      all < MAX_QUEUED
        ? `${MAX_QUEUED_OF_SESSION} exports of this session are queued. Wait for one of them to end.`
        : `${MAX_QUEUED} exports are queued. Try again after Retry-After seconds.`,
    context: { limit: 'queued' },
  });
}
