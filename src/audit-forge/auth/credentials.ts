import type { IncomingMessage } from 'node:http';
import { AuditForgeError } from '../errors/audit-forge.error.js';

/** What a request presents to prove who asks, not yet checked. */
export interface Credentials {
  adminToken: string | undefined;
  sessionToken: string | undefined;
}

/** RFC 6750, 2.1: the scheme, one space, a token of these characters. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * The credentials of a request. Two of a kind, another scheme or an empty value prove nothing, and are
 * refused rather than passed over: what was meant is not known.
 *
 * @throws AuditForgeError `authentication_required`
 */
export function credentialsOf({ headersDistinct }: IncomingMessage): Credentials {
  // `headersDistinct`, since `headers` drops a second Authorization in silence.
  const adminToken = onlyOne(headersDistinct['x-admin-token']);
  const authorization = onlyOne(headersDistinct['authorization']);
  if (adminToken === '') throw new AuditForgeError('authentication_required');
  if (authorization === undefined) return { adminToken, sessionToken: undefined };
  const sessionToken = BEARER.exec(authorization)?.[1];
  if (sessionToken === undefined) throw new AuditForgeError('authentication_required');
  return { adminToken, sessionToken };
}

function onlyOne(values: string[] | undefined): string | undefined {
  if (values !== undefined && values.length > 1) throw new AuditForgeError('authentication_required');
  return values?.[0];
}
