import type { Response } from 'express';
import type { ExportState } from '../export-state.js';
import { sendJson } from './send-json.js';

const RETRY_AFTER_SECONDS = 2;

export function exportsPath(engagementId: string): string {
  return `/auditforge/engagement/${engagementId}/audit-log/exports`;
}

/**
 * Answers a request for an export: 202 while it has not ended, else as the request says.
 * @param applied the preferences that made a difference (RFC 7240, 3)
 */
export function answerRequest(
  response: Response,
  engagementId: string,
  state: ExportState,
  { ended, applied }: { ended: 200 | 201; applied: string[] },
): void {
  const isUnderWay = state.state === 'queued' || state.state === 'running';
  response.status(isUnderWay ? 202 : ended);
  response.setHeader('Location', `${exportsPath(engagementId)}/${state.export_id ?? ''}`);
  if (applied.length > 0) response.setHeader('Preference-Applied', applied.join(', '));
  answerState(response, state);
}

export function answerState(response: Response, state: ExportState): void {
  if (state.state === 'queued' || state.state === 'running')
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  sendJson(response, state);
}
