import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import { FixedClock, optionsWith } from '../../../test/support/aws-mock.js';
import { StoreClock } from '../clock.js';
import { JwtSessionVerifier } from './jwt-session-verifier.js';

const SECRET = 'only-for-tests-0123456789-abcdefghijkl';
const NOW = '2026-05-08T13:20:00Z';
const now = Date.parse(NOW) / 1000;
const CLAIMS: JWTPayload = {
  iss: 'auditforge',
  aud: 'auditforge',
  sub: 'reviewer@example.com',
  iat: now,
  exp: now + 600,
  scope: 'engagement:eng-1 engagement:eng-2',
};

function verifierWith(given = {}): JwtSessionVerifier {
  return new JwtSessionVerifier(optionsWith(given), new StoreClock(new FixedClock(NOW)));
}

function signed(
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
  secret = SECRET,
): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header })
    .sign(new TextEncoder().encode(secret));
}

describe('a session token signed with the shared secret', () => {
  const verifier = verifierWith({ sessionSecret: SECRET });
  const verify = (token: string) => verifier.verify(token);

  it('is a session: its subject, and the engagements in its scope', async () => {
    expect(await verify(await signed())).toEqual({
      subject: 'reviewer@example.com',
      engagements: new Set(['eng-1', 'eng-2']),
      expiresAt: new Date('2026-05-08T13:30:00Z'),
    });
  });

  it('may end later than any date can be', async () => {
    const session = await verify(await signed({ exp: 9e15 }));
    expect(session?.expiresAt).toEqual(new Date('9999-12-31T23:59:59Z'));
  });

  it.each<[what: string, claims: JWTPayload, header?: Partial<JWTHeaderParameters>]>([
    ['an audience among several', { aud: ['other', 'auditforge'] }],
    ['no time of issue', { iat: undefined }],
    ['a time of issue 30 s ahead', { iat: now + 30 }],
    ['a start 30 s ahead', { nbf: now + 30 }],
    ['an end 29 s ago', { exp: now - 29 }],
    ['no type', {}, { typ: undefined }],
    ['the type at+jwt', {}, { typ: 'at+jwt' }],
    ['the type in another case', {}, { typ: 'jwt' }],
    ['a key id, whatever it says', {}, { kid: '../../etc/passwd' }],
    ['a scope without an engagement', { scope: 'openid' }],
  ])('is valid with %s', async (_, claims, header = {}) => {
    expect(await verify(await signed(claims, header))).not.toBeNull();
  });

  it.each<[what: string, claims: JWTPayload, header?: Partial<JWTHeaderParameters>]>([
    ['another issuer', { iss: 'someone-else' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['an end 31 s ago', { exp: now - 31 }],
    ['no end', { exp: undefined }],
    ['an end that is no number', { exp: 'tomorrow' as unknown as number }],
    ['a start 31 s ahead', { nbf: now + 31 }],
    ['a time of issue 31 s ahead', { iat: now + 31 }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject of 129 characters', { sub: 'x'.repeat(129) }],
    ['a subject that turns the line round', { sub: 'a\u202eb' }],
    ['a subject that is no text', { sub: 7 as unknown as string }],
    ['no scope', { scope: undefined }],
    ['a scope that is a list', { scope: ['engagement:eng-1'] }],
    ['a type of another use', {}, { typ: 'secevent+jwt' }],
    ['the algorithm HS512', {}, { alg: 'HS512' }],
  ])('is not valid with %s', async (_, claims, header = {}) => {
    expect(await verify(await signed(claims, header))).toBeNull();
  });

  it('is not valid without a signature', async () => {
    expect(await verify(new UnsecuredJWT(CLAIMS).encode())).toBeNull();
    const [header, payload] = (await signed()).split('.');
    expect(await verify(`${header}.${payload}.`)).toBeNull();
  });

  it('is not valid with any character of it changed', async () => {
    const token = await signed();
    let changed = 0;
    for (let at = 0; at < token.length; at += 3) {
      const other = token[at] === 'A' ? 'E' : 'A';
      const tampered = token.slice(0, at) + other + token.slice(at + 1);
      expect(await verify(tampered)).toBeNull();
      changed++;
    }
    expect(changed).toBeGreaterThan(50);
  });

  it('is not valid when signed with another secret', async () => {
    expect(await verify(await signed({}, {}, `${SECRET}x`))).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['a word', 'token'],
    ['dots', '..'],
    ['many dots', '.....'],
    ['three words', 'a.b.c'],
    ['JSON', '{"alg":"none"}'],
    ['an encrypted token', 'eyJhbGciOiJkaXIifQ.a.b.c.d'],
    ['another script', 'é.é.é'],
  ])('is not valid when it is %s', async (_, token) => {
    expect(await verify(token)).toBeNull();
  });

  it('is not valid when it is a megabyte long', async () => {
    expect(await verify(`${'a'.repeat(1_000_000)}.b.c`)).toBeNull();
    expect(await verify(await signed({ more: 'x'.repeat(1_000_000) }, {}, `${SECRET}x`))).toBeNull();
  });

  it('must have the issuer and audience that are set', async () => {
    const other = verifierWith({ sessionSecret: SECRET, sessionIssuer: 'idp', sessionAudience: 'audits' });
    expect(await other.verify(await signed({ iss: 'idp', aud: 'audits' }))).not.toBeNull();
    expect(await other.verify(await signed())).toBeNull();
  });

  it('goes by the time of the store', async () => {
    const clock = new StoreClock(new FixedClock(NOW));
    const late = new JwtSessionVerifier(optionsWith({ sessionSecret: SECRET }), clock);
    expect(await late.verify(await signed())).not.toBeNull();
    clock.observe('Fri, 08 May 2026 14:20:00 GMT');
    expect(await late.verify(await signed())).toBeNull();
  });
});

describe('a session token signed with a key of a key set', () => {
  let server: Server;
  let verifier: JwtSessionVerifier;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let status = 200;

  beforeAll(async () => {
    keys = await generateKeyPair('ES256', { extractable: true });
    const body = JSON.stringify({
      keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }],
    });
    server = createServer((_, response) => response.writeHead(status, { connection: 'close' }).end(body));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    verifier = verifierWith({ sessionJwksUrl: url() });
  });
  afterAll(() => void server.close());

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const es256 = (header: Partial<JWTHeaderParameters> = {}) =>
    new SignJWT(CLAIMS).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(keys.privateKey);

  it('is a session', async () => {
    expect(await verifier.verify(await es256())).toMatchObject({ subject: 'reviewer@example.com' });
  });

  it('is not valid with a key id that the set does not have', async () => {
    expect(await verifier.verify(await es256({ kid: '../k1' }))).toBeNull();
  });

  it('is not valid where its key set is one that it names itself', async () => {
    const other = await generateKeyPair('ES256');
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', jku: 'http://127.0.0.1:1/jwks' })
      .sign(other.privateKey);
    expect(await verifier.verify(token)).toBeNull();
  });

  it('is not valid when it is signed by HS256 with the public key as the secret', async () => {
    expect(
      await verifier.verify(await signed({}, { kid: 'k1' }, await exportSPKI(keys.publicKey))),
    ).toBeNull();
  });

  it('is not valid without a signature', async () => {
    expect(await verifier.verify(new UnsecuredJWT(CLAIMS).encode())).toBeNull();
  });

  it('cannot be judged while the key set cannot be fetched', async () => {
    status = 500;
    const fresh = verifierWith({ sessionJwksUrl: url() });
    await expect(fresh.verify(await es256())).rejects.toMatchObject({ code: 'session_keys_unavailable' });
    status = 200;
    expect(await fresh.verify(await es256())).not.toBeNull();
  });
});

describe('a verifier', () => {
  it('is not made without a secret or a key set', () => {
    expect(() => verifierWith()).toThrow(/sessionSecret or sessionJwksUrl/);
  });
});
