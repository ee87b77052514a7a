import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { CookieOptions, Response } from 'express';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { invalidParameters } from '../export-request.js';
import { TOKEN } from './credentials.js';

/**
 * `__Host-` makes browsers refuse a cookie that is not Secure, has a Domain or another Path
 * (RFC 6265bis, 4.1.3.2), so that no neighbouring host can plant one.
 */
export const SECURE_COOKIE = '__Host-auditforge';
/** Where there is no TLS: a page on loopback. */
const INSECURE_COOKIE = 'auditforge';

/** Browsers drop cookies whose name and value are over 4,096 bytes, without a word. */
const MAX_TOKEN_BYTES = 3_800;

/** A session token as a cookie, which scripts cannot read and other sites cannot send. */
@Injectable()
export class SessionCookie {
  readonly name: string;
  private readonly attributes: CookieOptions;

  constructor({ insecureCookie }: AuditForgeOptions) {
    this.name = insecureCookie ? INSECURE_COOKIE : SECURE_COOKIE;
    this.attributes = {
      httpOnly: true,
      secure: !insecureCookie,
      sameSite: 'strict',
      path: '/',
      // Tokens are of characters that a cookie may hold as they are.
      encode: (value) => value,
    };
  }

  /** @throws AuditForgeError `invalid_parameters` where the token does not fit into a cookie */
  set(response: Response, token: string, secondsLeft: number): void {
    if (token.length > MAX_TOKEN_BYTES) {
      throw invalidParameters([
        {
          parameter: 'Authorization',
          detail:
            `holds a token of ${token.length} bytes, and a cookie takes ${MAX_TOKEN_BYTES}: ` +
            'ask for a session of fewer engagements',
        },
      ]);
    }
    response.cookie(this.name, token, { ...this.attributes, maxAge: Math.max(1, secondsLeft) * 1000 });
  }

  clear(response: Response): void {
    response.cookie(this.name, '', { ...this.attributes, maxAge: 0 });
  }

  /** @throws AuditForgeError `authentication_required`: there are two, or it holds no token */
  tokenOf({ headersDistinct }: IncomingMessage): string | undefined {
    const tokens = (headersDistinct['cookie'] ?? [])
      .flatMap((line) => line.split(';'))
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.name}=`))
      .map((pair) => pair.slice(this.name.length + 1));
    const [token] = tokens;
    if (token === undefined) return undefined;
    if (tokens.length > 1 || !TOKEN.test(token)) throw new AuditForgeError('authentication_required');
    return token;
  }
}
