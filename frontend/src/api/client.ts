import { asEngagement, asSession, asSignedUrl } from './answers.js';
import { readJson, send, type Transport } from './request.js';
import type { AuditLogFormat, AuditLogSignedUrlResponse, Engagement, Session } from './types.js';

export interface Waiting {
  signal?: AbortSignal | undefined;
}

export interface AuditForgeClient {
  /** How requests say who they are: by the cookie of a session, which links carry too, or by a bearer token. */
  readonly credential: 'cookie' | 'token';
  /** The whole log as one S3 object, and a link to it valid for `expiresIn` seconds (60 to 3600). */
  readonly getAuditLogSignedUrl: (
    engagementId: string,
    format?: AuditLogFormat,
    expiresIn?: number,
    waiting?: Waiting,
  ) => Promise<AuditLogSignedUrlResponse>;
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
    async getAuditLogSignedUrl(id, format = 'jsonl', expiresIn = 600, { signal } = {}) {
      const query = new URLSearchParams({ format, delivery: 'signed_url', expires_in: String(expiresIn) });
      const response = await send(transport, `${engagement(id)}/audit-log?${query}`, { signal });
      return asSignedUrl(await readJson(response), id);
    },
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
