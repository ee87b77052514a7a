import { createHmac } from 'node:crypto';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';

/** Claims that let the bearer export `eng-1`, if they are signed. */
export function claimsOf(given: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'auditforge',
    aud: 'auditforge',
    sub: 'reviewer@example.com',
    iat: now,
    exp: now + 3600,
    scope: 'engagement:eng-1',
    ...given,
  };
}

/** A key pair that signs session tokens as an identity provider does. */
export class SigningKey {
  private constructor(
    readonly alg: string,
    readonly kid: string,
    private readonly privateKey: CryptoKey,
    readonly publicKey: CryptoKey,
    readonly publicJwk: JWK,
    readonly privateJwk: JWK,
  ) {}

  static async make(alg: string, kid: string): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const named = async (key: CryptoKey) => ({ ...(await exportJWK(key)), kid, alg, use: 'sig' });
    return new SigningKey(alg, kid, privateKey, publicKey, await named(publicKey), await named(privateKey));
  }

  sign(header: Partial<JWTHeaderParameters> = {}, claims: JWTPayload = claimsOf()): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: this.alg, kid: this.kid, typ: 'JWT', ...header })
      .sign(this.privateKey);
  }
}

/** A token put together by hand, as a library would not: any header, any signature. */
export function forged(
  header: Record<string, unknown>,
  signature: (signed: string) => Buffer | string = () => '',
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', ...header })}.${part(claimsOf())}`;
  return `${signed}.${Buffer.from(signature(signed)).toString('base64url')}`;
}

/** HMAC with whatever is at hand as its secret. */
export function hmacWith(secret: string | Buffer): (signed: string) => Buffer {
  return (signed) => createHmac('sha256', secret).update(signed).digest();
}
