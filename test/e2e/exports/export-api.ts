import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
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
  event_count: number;
  size_bytes: number;
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

/** The whole history, page by page. */
export async function history(service: Service, engagement: string, limit = 100): Promise<ExportAnswer[]> {
  const all: ExportAnswer[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await service.get(exportsPath(engagement, `?limit=${limit}${more}`));
    if (page.status !== 200) throw new Error(`No history: ${page.body.toString()}`);
    const { exports, next_cursor } = page.json<ExportAnswer>();
    all.push(...exports);
    cursor = next_cursor;
  }
  return all;
}

/** Looks at the history, which hands no link over, until all of it has ended. */
export async function settled(service: Service, engagement: string): Promise<ExportAnswer[]> {
  for (;;) {
    const all = await history(service, engagement);
    if (all.length > 0 && all.every(({ state }) => state !== 'queued' && state !== 'running')) return all;
  }
}

interface Leaving {
  /** Resolves once the service has seen it. */
  leave: () => Promise<void>;
}

/** A request as the admin whose client leaves when it is told to, before its answer has come. */
export function impatient(
  service: Service,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Leaving {
  const request = httpRequest(service.url + path, {
    method,
    headers: { 'x-admin-token': ADMIN_TOKEN, ...headers },
    agent: false,
  });
  request.on('error', () => undefined).end();
  return { leave: () => left(service, request) };
}

/** A stream of a log whose client reads as much as it is told to. */
export async function streamed(
  service: Service,
  engagement: string,
  headers: Record<string, string> = {},
): Promise<Leaving & { read: (bytes: number) => Promise<Buffer> }> {
  const request = httpRequest(`${service.url}/auditforge/engagement/${engagement}/audit-log`, {
    headers: { 'x-admin-token': ADMIN_TOKEN, ...headers },
    agent: false,
  }).end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  answer.on('error', () => undefined);
  const read = async (bytes: number) => {
    const chunks: Buffer[] = [];
    for (let size = 0; size < bytes;) {
      const chunk = answer.read() as Buffer | null;
      if (chunk === null) await once(answer, 'readable');
      else size += chunks[chunks.push(chunk) - 1]!.length;
    }
    return Buffer.concat(chunks);
  };
  return { read, leave: () => left(service, request) };
}

async function left(service: Service, request: ClientRequest): Promise<void> {
  request.destroy();
  while ((await connections(service)) > 0) await sleep(5);
}

function connections(service: Service): Promise<number> {
  const server = service.nest.getHttpServer();
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
