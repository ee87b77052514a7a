/** What a session token says, once its signature and times have been checked. */
export interface Session {
  /** 1 to 128 printable characters. */
  subject: string;
  /** The ids that the session may export. */
  engagements: ReadonlySet<string>;
  /** When the token ends. */
  expiresAt: Date;
}

/** Turns a session token into a session. A host may bind its own, for opaque tokens say. */
export abstract class SessionVerifier {
  /**
   * @returns the session, or null when the token is not valid, for whatever reason
   * @throws AuditForgeError `session_keys_unavailable` when it cannot be known
   */
  abstract verify(token: string): Promise<Session | null>;
}
