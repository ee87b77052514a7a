import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { AdminTokens } from './admin-tokens.js';
import type { Caller } from './caller.js';
import { credentialsOf } from './credentials.js';
import { isPrintableSubject } from './session-scope.js';
import { SessionVerifier } from './session-verifier.js';

/** Says who asks. A credential that is presented must be valid, whatever else is presented beside it. */
@Injectable()
export class Authenticator {
  private readonly adminTokens: AdminTokens;

  constructor(
    options: AuditForgeOptions,
    private readonly sessions: SessionVerifier,
  ) {
    this.adminTokens = new AdminTokens(options.adminTokens);
  }

  /** @throws AuditForgeError `authentication_required`, `session_keys_unavailable` */
  async callerOf(request: IncomingMessage): Promise<Caller> {
    const { adminToken, sessionToken } = credentialsOf(request);
    const admin = adminToken === undefined ? undefined : this.admin(adminToken);
    const session = sessionToken === undefined ? undefined : await this.session(sessionToken);
    const caller = admin ?? session;
    if (caller === undefined) throw new AuditForgeError('authentication_required');
    return caller;
  }

  private admin(token: string): Caller {
    const label = this.adminTokens.labelOf(token);
    if (label === undefined) throw new AuditForgeError('authentication_required');
    return { kind: 'admin', subject: label };
  }

  private async session(token: string): Promise<Caller> {
    const session = await this.sessions.verify(token);
    // A host's own verifier is held to the same rule: a subject is logged.
    if (session === null || !isPrintableSubject(session.subject))
      throw new AuditForgeError('authentication_required');
    return { kind: 'session', subject: session.subject, engagements: session.engagements };
  }
}
