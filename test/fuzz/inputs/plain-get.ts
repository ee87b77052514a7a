import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import type { Header, WireRequest } from '../wire/request.js';

/** The admin's GET, or HEAD, of an address where nothing is odd but what lies in the store. */
export function plainGet(target: string, method = 'GET', more: readonly Header[] = []): WireRequest {
  return {
    method,
    target,
    version: '1.1',
    headers: [['Host', 'localhost'], ['X-Admin-Token', ADMIN_TOKEN], ...more],
    body: { text: '', framing: 'none' },
    proof: { kind: 'admin' },
    secrets: [],
  };
}
