import { SignJWT } from 'jose';
import { scopeOfEngagements } from './audit-forge/auth/session-scope.js';

export interface SessionGrant {
  engagements: readonly string[];
  subject: string;
  ttlSeconds: number;
  issuer: string;
  audience: string;
}

/** A session token as the platform issues it: HS256 with the secret that the service shares. */
export function mintSessionToken(secret: string, grant: SessionGrant): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope: scopeOfEngagements(grant.engagements) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(grant.issuer)
    .setAudience(grant.audience)
    .setSubject(grant.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + grant.ttlSeconds)
    .sign(new TextEncoder().encode(secret));
}
