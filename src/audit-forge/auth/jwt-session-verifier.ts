import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { engagementsInScope, isPrintableSubject } from './session-scope.js';
import { SessionVerifier, type Session } from './session-verifier.js';

const LEEWAY_SECONDS = 30;
const JWKS_TIMEOUT_MS = 5_000;
/** The end of the year 9999: a token may name a later one than a date can. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ payload: JWTPayload; typ: unknown }>;

/**
 * Session tokens as JWTs: HS256 with the shared secret, or RS256, ES256 and EdDSA with the keys of a JWKS
 * address. `iss`, `aud`, `exp`, `sub` and `scope` are required, `nbf` and `iat` honoured.
 */
@Injectable()
export class JwtSessionVerifier extends SessionVerifier {
  private readonly check: Verify;

  constructor(
    private readonly options: AuditForgeOptions,
    private readonly clock: StoreClock,
  ) {
    super();
    this.check = verifyWith(options);
  }

  async verify(token: string): Promise<Session | null> {
    try {
      const { payload, typ } = await this.check(token, {
        issuer: this.options.sessionIssuer,
        audience: this.options.sessionAudience,
        requiredClaims: ['exp', 'sub', 'scope'],
        clockTolerance: LEEWAY_SECONDS,
        currentDate: this.clock.now(),
      });
      return isSessionType(typ) && this.isIssuedInTime(payload) ? sessionOf(payload) : null;
    } catch (error) {
      if (error instanceof errors.JOSEError && !isOutage(error)) return null;
      throw new AuditForgeError('session_keys_unavailable', { cause: error });
    }
  }

  /** jose looks at `iat` only together with a maximum age; a token from the future is not valid either. */
  private isIssuedInTime({ iat }: JWTPayload): boolean {
    return iat === undefined || iat <= this.clock.now().getTime() / 1000 + LEEWAY_SECONDS;
  }
}

function verifyWith({ sessionSecret, sessionJwksUrl }: AuditForgeOptions): Verify {
  if (sessionSecret !== undefined) {
    const secret = new TextEncoder().encode(sessionSecret);
    return async (token, options) => {
      const result = await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] });
      return { payload: result.payload, typ: result.protectedHeader.typ };
    };
  }
  if (sessionJwksUrl !== undefined) {
    const keys = createRemoteJWKSet(new URL(sessionJwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
    const algorithms = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
    return async (token, options) => {
      const result = await jwtVerify(token, keys, { ...options, algorithms });
      return { payload: result.payload, typ: result.protectedHeader.typ };
    };
  }
  throw new Error('Give sessionSecret or sessionJwksUrl, or bind a SessionVerifier of your own.');
}

function isSessionType(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && TYPES.has(typ.toLowerCase()));
}

/** A key set that cannot be fetched or read says nothing of the token. */
function isOutage(error: errors.JOSEError): boolean {
  return (
    error.code === 'ERR_JWKS_TIMEOUT' ||
    error.code === 'ERR_JWKS_INVALID' ||
    error.code === 'ERR_JOSE_GENERIC'
  );
}

function sessionOf({ sub, scope, exp }: JWTPayload): Session | null {
  if (!isPrintableSubject(sub) || typeof scope !== 'string' || exp === undefined) return null;
  const expiresAt = new Date(Math.min(exp * 1000, LAST_MOMENT));
  return { subject: sub, engagements: engagementsInScope(scope), expiresAt };
}
