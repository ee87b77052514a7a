import type { IncomingMessage } from 'node:http';
import { AuditForgeError } from '../errors/audit-forge.error.js';

/** What a request presents to prove who asks, not yet checked. */
export interface Credentials {
  adminToken: string | undefined;
  sessionToken: string | undefined;
}

/** RFC 6750, 2.1: the characters of a token. All of them may stand in a cookie as they are. */
export const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** The scheme and one space. */
const BEARER = /^Bearer /i;

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
  const sessionToken = authorization.replace(BEARER, '');
  if (sessionToken === authorization || !TOKEN.test(sessionToken))
    throw new AuditForgeError('authentication_required');
  return { adminToken, sessionToken };
}

function onlyOne(values: string[] | undefined): string | undefined {
  if (values !== undefined && values.length > 1) throw new AuditForgeError('authentication_required');
  return values?.[0];
}
