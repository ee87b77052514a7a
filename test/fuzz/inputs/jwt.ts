import { createHmac } from 'node:crypto';
import { SESSION_SECRET } from '../../support/session-tokens.js';

export const GOOD_HEADER = { alg: 'HS256', typ: 'JWT' };

/** The claims of a good session token. */
export function goodClaims(scope: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'auditforge',
    aud: 'auditforge',
    sub: 'reviewer@example.com',
    iat: now,
    exp: now + 600,
    scope,
  };
}

/** A JWT with any header and claims, signed by hand so that both may be as wrong as they like. */
export function jwt(
  claims: unknown,
  {
    header = GOOD_HEADER,
    secret = SESSION_SECRET,
    hash = 'sha256',
  }: { header?: unknown; secret?: string; hash?: string } = {},
): string {
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

export function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
