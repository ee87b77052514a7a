import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { send, type HttpAnswer } from '../../support/http-client.js';
import { JwksServer, type JwksOutage } from '../../support/jwks-server.js';
import { Service } from '../../support/service.js';
import { SigningKey } from './signing-key.js';
import { WatchedLog } from './watched-log.js';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** How long jose lets pass before it fetches a set again for a key that is not in it, and how long a set is good. */
const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
const FETCH_TIMEOUT_MS = 5_000;

describe('session tokens signed with keys of a remote key set', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let jwks: JwksServer;
  let keys: SigningKey[];
  let service: Service;
  const key = (alg: string) => keys.find((one) => one.alg === alg)!;
  const ask = async (token: string): Promise<HttpAnswer> =>
    send(`${service.url}/auditforge/engagement/eng-1/audit-log`, {
      headers: { authorization: `Bearer ${log.keepToken(token)}` },
    });
  const statusOf = async (token: string) => (await ask(token)).status;
  /** A service that has no keys yet. */
  const restart = async () => {
    await service?.close();
    service = await Service.start({
      store,
      logTo: log,
      environment: { AUDITFORGE_SESSION_SECRET: '', AUDITFORGE_SESSION_JWKS_URL: jwks.url },
    });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    jwks.requests.length = 0;
  };
  const passed = (ms: number) => {
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  };

  beforeAll(async () => {
    store = await openEmbeddedStore();
    keys = await Promise.all(ALGORITHMS.map((alg) => SigningKey.make(alg, `key-${alg}`)));
    for (const { privateJwk } of keys) log.keepSecret(privateJwk.d!);
    jwks = await JwksServer.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await jwks.recover();
    jwks.keys = keys.map(({ publicJwk }) => publicJwk);
  });
  afterAll(async () => {
    await service.close();
    await jwks.close();
    await store.close();
  });

  it('failures 30: a token of RS256, ES256 or EdDSA is let in, and the keys are fetched once for all', async () => {
    jwks.keys = keys.map(({ publicJwk }) => publicJwk);
    await restart();
    const tokens = await Promise.all([...keys.map((one) => one.sign()), key('EdDSA').sign({ alg: 'EdDSA' })]);
    for (const answer of await Promise.all(tokens.map(ask)))
      expect([answer.status, answer.body.toString()]).toEqual([200, `${event(1)}\n`]);
    expect(jwks.requests).toEqual(['GET /jwks.json']);
  });

  it('failures 30: a new key is found without a restart, half a minute after the last fetch', async () => {
    await restart();
    expect(await statusOf(await key('ES256').sign())).toBe(200);
    const next = await SigningKey.make('ES256', 'key-of-next-month');
    const token = await next.sign();
    jwks.keys = [next.publicJwk];
    // Whoever makes up key ids cannot make the service ask the provider for each.
    for (let round = 0; round < 10; round++) expect(await statusOf(token)).toBe(401);
    expect(jwks.requests).toHaveLength(1);
    passed(COOLDOWN_MS + 1);
    expect(await statusOf(token)).toBe(200);
    expect(jwks.requests).toHaveLength(2);
  });

  it('failures 30: a key that was withdrawn lets nobody in once the set has been fetched again', async () => {
    await restart();
    const old = await key('ES256').sign();
    expect(await statusOf(old)).toBe(200);
    jwks.keys = [key('RS256').publicJwk];
    passed(MAX_AGE_MS + 1);
    expect(await statusOf(old)).toBe(401);
  });

  it.each<JwksOutage>(['status 500', 'refused', 'rubbish', 'no key set', 'huge', 'redirect'])(
    'failures 30: while the provider is away (%s), 503 to sessions, nothing to the store, all to the admin',
    async (outage) => {
      await restart();
      // It leads to the right keys, but nobody has vouched for that address.
      const other = await JwksServer.start(jwks.keys);
      jwks.elsewhere = other.url;
      await jwks.fail(outage);
      const token = await key('ES256').sign();
      const calls = store.requests.length;
      for (const answer of [await ask(token), await ask(token)]) {
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([
          503,
          'session_keys_unavailable',
        ]);
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
      expect(store.requests).toHaveLength(calls);
      expect((await service.log('eng-1')).status).toBe(200);
      await jwks.recover();
      expect(await statusOf(token)).toBe(200);
      expect(other.requests).toEqual([]);
      await other.close();
    },
  );

  it('failures 30: a provider that does not answer is given up after five seconds, with 503', async () => {
    await restart();
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const limits: number[] = [];
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      if (ms !== FETCH_TIMEOUT_MS) return timeout(ms);
      limits.push(ms);
      return timeout(100);
    });
    await jwks.fail('hanging');
    const token = await key('ES256').sign();
    const answer = await ask(token);
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([503, 'session_keys_unavailable']);
    expect(limits).toEqual([FETCH_TIMEOUT_MS]);
    expect((await service.log('eng-1')).status).toBe(200);
    await jwks.recover();
    expect(await statusOf(token)).toBe(200);
  });

  it.each<JwksOutage>(['status 500', 'refused', 'rubbish'])(
    'failures 30: keys at hand go on letting sessions in while the provider is away (%s), for ten minutes',
    async (outage) => {
      await restart();
      const token = await key('RS256').sign();
      expect(await statusOf(token)).toBe(200);
      await jwks.fail(outage);
      expect(await statusOf(token)).toBe(200);
      passed(COOLDOWN_MS + 1);
      expect(await statusOf(token)).toBe(200);
      expect(await statusOf(await key('RS256').sign({ kid: 'made-up' }))).toBe(503);
      jest.restoreAllMocks();
      passed(MAX_AGE_MS + 1);
      // Nobody knows by now whether the key still holds.
      expect(await statusOf(token)).toBe(503);
    },
  );

  it('failures 30: a set with a private key in it, or with keys that are none, is 503 and lets nobody in', async () => {
    const { privateJwk, publicJwk } = key('ES256');
    for (const wrong of [privateJwk, { ...publicJwk, x: 'AAAA' }, { ...publicJwk, y: undefined }]) {
      jwks.keys = [wrong];
      await restart();
      expect(await statusOf(await key('ES256').sign())).toBe(503);
    }
  });

  it('failures 36: nothing that was logged holds a token or a private key', () => {
    expect(log.valuesOf('code')).toEqual(
      expect.arrayContaining(['session_keys_unavailable', 'authentication_required']),
    );
    expect(log.leaks()).toEqual([]);
    expect(log.broken()).toEqual([]);
  });
});
