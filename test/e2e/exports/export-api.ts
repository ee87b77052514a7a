import { send, type HttpAnswer } from '../../support/http-client.js';
import type { Service } from '../../support/service.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';

export interface Count {
  done: number;
  total: number;
}

export interface ExportAnswer {
  export_id: string;
  state: string;
  signed_url: string;
  sha256: string;
  s3_key: string;
  s3_version_id: string | null;
  expires_in: number;
  expires_at: string;
  code: string;
  reason: string;
  progress: { shards: Count; bytes: Count };
  exports: ExportAnswer[];
  next_cursor: string | null;
}

export function exportsPath(engagement: string, more = ''): string {
  return `/auditforge/engagement/${engagement}/audit-log/exports${more}`;
}

export function recordKey(engagement: string, id: string, ending = '.json'): string {
  return `auditforge/export-records/${engagement}/${id}${ending}`;
}

/** POST as the admin, unless a session's token is given. */
export function post(
  service: Service,
  engagement: string,
  { body, token, headers = {} }: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const who: Record<string, string> =
    token === undefined ? { 'x-admin-token': ADMIN_TOKEN } : { authorization: `Bearer ${token}` };
  return send(service.url + exportsPath(engagement), {
    method: 'POST',
    headers: { ...who, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

export async function ready(service: Service, engagement: string): Promise<ExportAnswer> {
  const answer = await post(service, engagement, { headers: { prefer: 'wait=30' } });
  return answer.json<ExportAnswer>();
}

export function look(service: Service, engagement: string, id: string): Promise<HttpAnswer> {
  return service.get(exportsPath(engagement, `/${id}`));
}

export function cancel(service: Service, engagement: string, id: string): Promise<HttpAnswer> {
  return service.get(exportsPath(engagement, `/${id}`), {}, 'DELETE');
}

/** Asks until it has ended. */
export async function ended(service: Service, engagement: string, id: string): Promise<ExportAnswer> {
  for (;;) {
    const state = (await look(service, engagement, id)).json<ExportAnswer>();
    if (state.state !== 'queued' && state.state !== 'running') return state;
  }
}
