import { SessionVerifier, type Session } from 'auditforge';

/** The host's own sessions. */
export class OpaqueTokens extends SessionVerifier {
  override async verify(token: string): Promise<Session | null> {
    const expiresAt = new Date(Date.now() + 600_000);
    return token === 'opaque-1' ? { subject: 'kim', engagements: new Set(['case-7']), expiresAt } : null;
  }
}
