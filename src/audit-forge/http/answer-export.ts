import type { Response } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { PROBLEMS } from '../errors/problems.js';
import type { ExportState } from '../history/export-state.js';
import { sendJson } from './send-json.js';

const RETRY_AFTER_SECONDS = 2;
const CANCELLED = 'This export was cancelled before it was done. Ask again for another one.';

function exportsPath(engagementId: string): string {
  return `/auditforge/engagement/${engagementId}/audit-log/exports`;
}

/**
 * Answers a request for an export: once it is ready as the request says, else 202 with how it stands.
 * @param applied the preferences that made a difference (RFC 7240, 3)
 */
export function answerRequest(
  response: Response,
  engagementId: string,
  state: ExportState,
  { ready, applied }: { ready: 200 | 201; applied: string[] },
): void {
  response.status(state.state === 'ready' ? ready : 202);
  response.setHeader('Location', `${exportsPath(engagementId)}/${state.export_id ?? ''}`);
  if (applied.length > 0) response.setHeader('Preference-Applied', applied.join(', '));
  answerState(response, state);
}

export function answerState(response: Response, state: ExportState): void {
  if (state.state === 'queued' || state.state === 'running')
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  sendJson(response, state);
}

/** For who asked for a link and no more. @throws AuditForgeError why there will never be one */
export function assertNotInVain(state: ExportState): void {
  if (state.state === 'cancelled') throw new AuditForgeError('export_finished', { detail: CANCELLED });
  if (state.state !== 'failed') return;
  const { reason } = state;
  if (reason === 'lost_at_restart') throw new AuditForgeError('shutting_down');
  // A record is input: it may give a reason that is none.
  throw new AuditForgeError(Object.hasOwn(PROBLEMS, reason) ? reason : 'internal_error');
}
