import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  calculateJwkThumbprint,
  calculateJwkThumbprintUri,
  exportSPKI,
  type JWTHeaderParameters,
} from 'jose';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { send, sendRaw } from '../../support/http-client.js';
import { JwksServer } from '../../support/jwks-server.js';
import { Service } from '../../support/service.js';
import { SAME_ID, shapeOf } from './answer-shape.js';
import { claimsOf, forged, hmacWith, SigningKey } from './signing-key.js';
import { WatchedLog } from './watched-log.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';
const SHARED = 'a key that the provider shares with somebody else';

describe('forged session tokens, where the keys are those of a remote key set', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let jwks: JwksServer;
  let attacker: JwksServer;
  let own: SigningKey;
  let rsa: SigningKey;
  let theirs: SigningKey;
  let service: Service;
  let withoutCredential: unknown;
  const ask = (headers: Record<string, string> = {}) =>
    send(service.url + PATH, { headers: { ...SAME_ID, ...headers } });

  /** 401 as if there were no token at all, and nothing asked of anyone else. */
  async function expectRefused(tokens: Record<string, string>): Promise<void> {
    const before = [store.requests.length, jwks.requests.length];
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await ask({ authorization: `Bearer ${log.keepToken(token)}` });
      expect({ what, ...(shapeOf(answer) as object) }).toEqual({ what, ...(withoutCredential as object) });
    }
    expect([store.requests.length, jwks.requests.length]).toEqual(before);
    expect(attacker.requests).toEqual([]);
  }

  beforeAll(async () => {
    store = await openEmbeddedStore();
    own = await SigningKey.make('ES256', 'own');
    rsa = await SigningKey.make('RS256', 'rsa');
    theirs = await SigningKey.make('ES256', 'own');
    const shared = { kty: 'oct', kid: 'shared', k: Buffer.from(SHARED).toString('base64url') };
    jwks = await JwksServer.start([own.publicJwk, rsa.publicJwk, shared]);
    attacker = await JwksServer.start([theirs.publicJwk]);
    service = await Service.start({
      store,
      logTo: log,
      environment: {
        AUDITFORGE_SESSION_SECRET: '',
        AUDITFORGE_SESSION_JWKS_URL: jwks.url,
        AUDITFORGE_RATE_AUTH_FAILURES: '0',
      },
    });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    const right = await ask({ authorization: `Bearer ${log.keepToken(await own.sign())}` });
    expect(right.status).toBe(200);
    withoutCredential = shapeOf(await ask());
  });
  afterAll(async () => {
    await service.close();
    await jwks.close();
    await attacker.close();
    await store.close();
  });

  it('failures 30: a request without a credential is 401, with nothing but the one sentence', () => {
    expect(withoutCredential).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
      body: expect.stringContaining('"detail":"Authentication required."'),
    });
  });

  it('failures 30: a key id that the set does not have, paths and addresses among them, is 401', async () => {
    const odd = [
      '../own',
      '../../../../etc/passwd',
      'file:///dev/null',
      "own' OR 1=1",
      'own\0',
      'OWN',
      'own ',
    ];
    const tokens = [...odd, '', `${attacker.url}#own`].map(async (kid) => [
      `kid ${kid}`,
      await own.sign({ kid }),
    ]);
    await expectRefused(Object.fromEntries(await Promise.all(tokens)) as Record<string, string>);
    const notText = [1, null, ['own'], { own: 1 }, true].map((kid) => [
      `kid ${JSON.stringify(kid)}`,
      forged({ alg: 'ES256', kid }, () => Buffer.alloc(64, 1)),
    ]);
    await expectRefused(Object.fromEntries(notText) as Record<string, string>);
  });

  it("failures 30: a key that the token brings along or points to is 401, and nobody asks the attacker's server", async () => {
    const headers: Record<string, Partial<JWTHeaderParameters>> = {
      jku: { jku: attacker.url },
      x5u: { x5u: attacker.url },
      jwk: { jwk: theirs.publicJwk },
      x5c: { x5c: ['MIIB'] },
      all: { jku: attacker.url, x5u: attacker.url, jwk: theirs.publicJwk },
      'an unknown kid': { kid: 'elsewhere', jku: attacker.url },
      'an issuer of its own': {},
    };
    const tokens: Record<string, string> = {};
    for (const [what, header] of Object.entries(headers)) tokens[what] = await theirs.sign(header);
    tokens['an issuer of its own'] = await theirs.sign({}, claimsOf({ iss: attacker.url }));
    await expectRefused(tokens);
  });

  it('failures 30: HS256 with a public key as its secret is 401, however the key is written', async () => {
    const secrets: Record<string, string | Buffer> = { nothing: '', 'the shared one': SHARED };
    for (const [name, key] of Object.entries({ own, rsa })) {
      const pem = await exportSPKI(key.publicKey);
      const body = pem.replaceAll(/-----[^-]+-----|\s/g, '');
      Object.assign(secrets, {
        [`${name} PEM`]: pem,
        [`${name} PEM without its last line break`]: pem.trimEnd(),
        [`${name} PEM with a last line break`]: `${pem.trimEnd()}\n`,
        [`${name} DER`]: Buffer.from(body, 'base64'),
        [`${name} DER in base64`]: body,
        [`${name} JWK`]: JSON.stringify(key.publicJwk),
        [`${name} thumbprint`]: await calculateJwkThumbprint(key.publicJwk),
        [`${name} thumbprint as bytes`]: Buffer.from(
          await calculateJwkThumbprint(key.publicJwk),
          'base64url',
        ),
        [`${name} thumbprint address`]: await calculateJwkThumbprintUri(key.publicJwk),
      });
    }
    const tokens: Record<string, string> = {};
    for (const [what, secret] of Object.entries(secrets)) {
      for (const header of [{ kid: 'own' }, { kid: 'rsa' }, { kid: 'shared' }, {}])
        tokens[`${what} ${header.kid}`] = forged({ alg: 'HS256', ...header }, hmacWith(secret));
    }
    await expectRefused(tokens);
  });

  it('failures 30: a token without a signature, or with one that is none, is 401', async () => {
    const tokens: Record<string, string> = {};
    for (const alg of [
      'none',
      'None',
      'NONE',
      'nOnE',
      'none ',
      '',
      'ES256',
      'RS256',
      'EdDSA',
      'HS256',
      null,
      ['none'],
    ]) {
      const kid = alg === 'RS256' ? 'rsa' : 'own';
      const name = JSON.stringify(alg);
      tokens[`${name}, empty`] = forged({ alg, kid });
      tokens[`${name}, 64 zeros`] = forged({ alg, kid }, () => Buffer.alloc(64));
      tokens[`${name}, 256 zeros`] = forged({ alg, kid }, () => Buffer.alloc(256));
      tokens[`${name}, two parts`] = forged({ alg, kid }).slice(0, -1);
    }
    tokens['no alg'] = forged({ kid: 'own' });
    const [header, payload, signature] = (await own.sign()).split('.') as [string, string, string];
    tokens['a signature cut short'] = `${header}.${payload}.${signature.slice(0, -4)}`;
    tokens['a signature and more'] = `${header}.${payload}.${signature}AAAA`;
    tokens['a signature of other claims'] =
      `${(await own.sign({}, claimsOf({ scope: 'engagement:eng-2' }))).split('.', 2).join('.')}.${signature}`;
    tokens['claims that are not encoded'] = forged({ alg: 'ES256', kid: 'own', b64: false, crit: ['b64'] });
    tokens['an extension that nobody knows'] = forged({ alg: 'ES256', kid: 'own', crit: ['exp'] });
    tokens['a fourth part'] = `${header}.${payload}.${signature}.${signature}`;
    await expectRefused(tokens);
  });

  it('failures 30: a right signature under the wrong claims, type or key of the set is 401', async () => {
    const now = Math.floor(Date.now() / 1000);
    await expectRefused({
      issuer: await own.sign({}, claimsOf({ iss: 'someone' })),
      audience: await own.sign({}, claimsOf({ aud: 'other' })),
      'no end': await own.sign({}, claimsOf({ exp: undefined })),
      ended: await own.sign({}, claimsOf({ exp: now - 3600 })),
      'not yet': await own.sign({}, claimsOf({ nbf: now + 3600 })),
      type: await own.sign({ typ: 'logout+jwt' }),
      'key id of another algorithm': await own.sign({ kid: 'rsa' }),
      subject: await own.sign({}, claimsOf({ sub: 'a\u202eb' })),
    });
  });

  it('failures 30: a token as long as the headers may be is 401', async () => {
    const long = forged({ alg: 'ES256', kid: 'own', more: 'x'.repeat(10_000) }, () => Buffer.alloc(64, 1));
    expect(long.length).toBeGreaterThan(13_000);
    await expectRefused({ long, dots: `a${'.'.repeat(14_000)}b`, padding: `a${'='.repeat(14_000)}` });
  });

  it('failures 30: a token of a megabyte is 431 after its first 32 KiB: the rest is not waited for', async () => {
    const before = store.requests.length;
    const head = `GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer `;
    const answer = await sendRaw(service.url, head + 'x'.repeat(2 ** 15));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
    expect(store.requests).toHaveLength(before);
    expect((await service.log('eng-1')).status).toBe(200);
  });

  it('failures 36: nothing that was logged holds any of these tokens', () => {
    expect(log.valuesOf('code').filter((code) => code === 'authentication_required').length).toBeGreaterThan(
      100,
    );
    expect(log.leaks()).toEqual([]);
    expect(log.broken()).toEqual([]);
  });
});
