import { SignJWT, type JWTPayload } from 'jose';

export const SESSION_SECRET = 'only-for-tests-0123456789-abcdefghijkl';
export const ADMIN_TOKEN = 'test-admin-token-0123456789-abcdefghij';

/** A session token for these engagements, as the platform would issue it; any claim can be overridden. */
export function sessionToken(
  engagements: string[],
  claims: JWTPayload = {},
  secret = SESSION_SECRET,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: 'auditforge',
    aud: 'auditforge',
    sub: 'reviewer@example.com',
    iat: now,
    exp: now + 600,
    scope: engagements.map((id) => `engagement:${id}`).join(' '),
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}
