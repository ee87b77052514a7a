import { asEngagement, asSession } from './answers.js';
import { exportCalls, type ExportCalls } from './export-calls.js';
import { readJson, send, type Transport } from './request.js';
import type { AuditLogFormat, Engagement, Session } from './types.js';
import type { Waiting } from './waiting.js';

export interface AuditForgeClient extends ExportCalls {
  /** How requests say who they are: by the cookie of a session, which links carry too, or by a bearer token. */
  readonly credential: 'cookie' | 'token';
  readonly getEngagement: (id: string, waiting?: Waiting) => Promise<Engagement>;
  /** Where the log itself is streamed from. */
  readonly auditLogUrl: (id: string, format?: AuditLogFormat) => string;
  /** Whether the log may be streamed: resolves if so, rejects with what is wrong. Reads nothing of the log. */
  readonly checkAuditLog: (id: string, format?: AuditLogFormat, waiting?: Waiting) => Promise<void>;
  /** Exchanges a session token for the cookie that this origin's pages then use. */
  readonly signIn: (token: string, waiting?: Waiting) => Promise<void>;
  readonly getSession: (waiting?: Waiting) => Promise<Session>;
  readonly signOut: (waiting?: Waiting) => Promise<void>;
}

export interface AuditForgeClientOptions {
  /** Where the service is, as `https://audit.example.com`; by default where the page is. */
  baseUrl?: string;
  /** A session token, or what gives a fresh one for each request; by default the session's cookie is used. */
  token?: string | (() => string | Promise<string>);
  fetch?: typeof fetch;
  /** Called when the service no longer takes the session (401); the call rejects as well. */
  onUnauthenticated?: () => void;
}

export function createAuditForgeClient(options: AuditForgeClientOptions = {}): AuditForgeClient {
  const { token, onUnauthenticated } = options;
  const transport: Transport = {
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    token: async () => (typeof token === 'function' ? token() : token),
    // Looked up at each call, so that whoever replaces the page's fetch (tracing, tests) is heard.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    onUnauthenticated,
  };
  const engagement = (id: string) => `/auditforge/engagement/${encodeURIComponent(id)}`;
  const session = '/auditforge/session';

  return {
    credential: token === undefined ? 'cookie' : 'token',
    ...exportCalls(transport, engagement),
    async getEngagement(id, { signal } = {}) {
      return asEngagement(await readJson(await send(transport, engagement(id), { signal })), id);
    },
    auditLogUrl(id, format = 'jsonl') {
      return `${transport.baseUrl}${engagement(id)}/audit-log?format=${format}`;
    },
    async checkAuditLog(id, format = 'jsonl', { signal } = {}) {
      const path = `${engagement(id)}/audit-log?format=${format}`;
      const response = await send(transport, path, { method: 'HEAD', signal });
      // Nothing follows, but until it is read the browser takes the request for one that goes on, and then for aborted.
      await response.arrayBuffer();
    },
    async signIn(pasted, { signal } = {}) {
      await send(transport, session, { method: 'POST', bearer: pasted, expect401: true, signal });
    },
    async getSession({ signal } = {}) {
      return asSession(await readJson(await send(transport, session, { expect401: true, signal })));
    },
    async signOut({ signal } = {}) {
      await send(transport, session, { method: 'DELETE', expect401: true, signal });
    },
  };
}
