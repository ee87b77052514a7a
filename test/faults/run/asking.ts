import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { Asking } from './client.js';

/** The path and query of what a run asks for. */
export function pathOf({ engagement, format, delivery, expiresIn }: RunPlan): string {
  const query = new URLSearchParams({ format, delivery });
  if (expiresIn !== undefined) query.set('expires_in', String(expiresIn));
  return `/auditforge/engagement/${engagement}/audit-log?${query.toString()}`;
}

export function headersOf({ engagement, acceptsGzip, wantsTrailers }: RunPlan): Record<string, string> {
  return {
    'x-admin-token': ADMIN_TOKEN,
    // The service's log lines of this run are known by it.
    'x-request-id': engagement,
    ...(acceptsGzip ? { 'accept-encoding': 'gzip' } : {}),
    ...(wantsTrailers ? { te: 'trailers' } : {}),
  };
}

/** @param bytes of the whole log; `leave` is aborted when the plan's request comes */
export function mannersOf({ manners }: RunPlan, bytes: number, leave: AbortSignal): Asking {
  if (manners.kind === 'leaves at request') return { leave };
  if (manners.kind === 'leaves at byte') return { leaveAtByte: Math.round(bytes * manners.share) };
  return manners.kind === 'reads slowly' ? { pauseMs: manners.pauseMs } : {};
}
