import { isAbort, NetworkFailure, UnexpectedAnswer } from './errors.js';
import { readProblem } from './problem.js';

export interface Transport {
  readonly baseUrl: string;
  /** The bearer token of this request; `undefined` sends the session's cookie in its place. */
  readonly token: () => Promise<string | undefined>;
  readonly fetch: typeof fetch;
  readonly onUnauthenticated?: (() => void) | undefined;
}

export interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly signal?: AbortSignal | undefined;
  /** A token for this request alone, as sign-in sends it. */
  readonly bearer?: string;
  /** A 401 to this request says nothing about the session that the page has. */
  readonly expect401?: boolean;
  /** What would suit (RFC 7240). */
  readonly prefer?: string;
  /** Sent even if the page goes away meanwhile. */
  readonly keepalive?: boolean;
}

/** Sends one request; anything but a success is thrown as one of the errors of errors.ts, or as the abort that it was. */
export async function send(transport: Transport, path: string, ask: Ask = {}): Promise<Response> {
  const token = await transport.token();
  const bearer = ask.bearer ?? token;
  const headers = new Headers({ Accept: 'application/json' });
  if (bearer !== undefined) headers.set('Authorization', `Bearer ${bearer}`);
  if (ask.prefer !== undefined) headers.set('Prefer', ask.prefer);
  const response = await answered(
    transport.fetch(transport.baseUrl + path, {
      method: ask.method ?? 'GET',
      headers,
      cache: 'no-store',
      keepalive: ask.keepalive ?? false,
      credentials: token === undefined ? 'same-origin' : 'omit',
      signal: ask.signal ?? null,
    }),
  );
  if (response.ok) return response;
  if (response.status === 401 && ask.expect401 !== true) transport.onUnauthenticated?.();
  throw await readProblem(response);
}

export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw error instanceof SyntaxError
      ? new UnexpectedAnswer('it is not JSON', response.headers.get('x-request-id'))
      : new NetworkFailure(error);
  }
}

async function answered(response: Promise<Response>): Promise<Response> {
  try {
    return await response;
  } catch (error) {
    throw isAbort(error) ? error : new NetworkFailure(error);
  }
}
