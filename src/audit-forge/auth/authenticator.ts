import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { AdminTokens } from './admin-tokens.js';
import type { Caller } from './caller.js';
import { credentialsOf } from './credentials.js';
import { SessionCookie } from './session-cookie.js';
import { isPrintableSubject } from './session-scope.js';
import { SessionVerifier, type Session } from './session-verifier.js';

/** A session, and how its token came. */
export interface PresentedSession extends Session {
  token: string;
  by: 'header' | 'cookie';
}

/** What a request has proven. */
export interface Proof {
  caller: Caller;
  session: PresentedSession | undefined;
}

/** Says who asks. A credential that is presented must be valid, whatever else is presented beside it. */
@Injectable()
export class Authenticator {
  private readonly adminTokens: AdminTokens;

  constructor(
    options: AuditForgeOptions,
    private readonly sessions: SessionVerifier,
    private readonly cookie: SessionCookie,
  ) {
    this.adminTokens = new AdminTokens(options.adminTokens);
  }

  /**
   * The cookie counts where no other credential is there: a browser sends it unasked.
   * @throws AuditForgeError `authentication_required`, `session_keys_unavailable`
   */
  async prove(request: IncomingMessage): Promise<Proof> {
    const { adminToken, sessionToken } = credentialsOf(request);
    if (adminToken === undefined && sessionToken === undefined) {
      const session = await this.session(this.cookie.tokenOf(request), 'cookie');
      if (session === undefined) throw new AuditForgeError('authentication_required');
      return { caller: callerOf(session), session };
    }
    const admin = adminToken === undefined ? undefined : this.admin(adminToken);
    const session = await this.session(sessionToken, 'header');
    return { caller: admin ?? callerOf(session!), session };
  }

  private admin(token: string): Caller {
    const label = this.adminTokens.labelOf(token);
    if (label === undefined) throw new AuditForgeError('authentication_required');
    return { kind: 'admin', subject: label };
  }

  private async session(
    token: string | undefined,
    by: PresentedSession['by'],
  ): Promise<PresentedSession | undefined> {
    if (token === undefined) return undefined;
    const session = await this.sessions.verify(token);
    // A host's own verifier is held to the same rule: a subject is logged.
    if (session === null || !isPrintableSubject(session.subject))
      throw new AuditForgeError('authentication_required');
    return { ...session, token, by };
  }
}

function callerOf({ subject, engagements }: Session): Caller {
  return { kind: 'session', subject, engagements };
}
