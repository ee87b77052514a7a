import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import type { HttpAnswer } from '../support/http-client.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../support/session-tokens.js';

const LOG = '/auditforge/engagement/eng-1/audit-log';
const WRONG = { 'x-admin-token': `${ADMIN_TOKEN}x` };

describe('how often', () => {
  let store: EmbeddedStore;
  let service: Service | undefined;
  beforeAll(async () => {
    store = await openEmbeddedStore();
  });
  afterEach(() => service?.close());
  afterAll(() => store.close());

  async function start(environment: Record<string, string>): Promise<Service> {
    service = await Service.start({ store, environment });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    return service;
  }

  /** Asks as a session of this subject. */
  async function as(sub: string, path: string, method = 'GET'): Promise<HttpAnswer> {
    const authorization = `Bearer ${await sessionToken(['eng-1', 'eng-none'], { sub })}`;
    return send(service!.url + path, { method, headers: { authorization } });
  }

  const statuses = (answers: HttpAnswer[]) => answers.map(({ status }) => status);

  function expectRefused(answer: HttpAnswer): void {
    expect(answer.status).toBe(429);
    expect(answer.json()).toMatchObject({ code: 'too_many_requests', status: 429 });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
  }

  it.each<[what: string, variable: string, path: string, method: string]>([
    ['links', 'AUDITFORGE_RATE_SIGNED_URL', `${LOG}?delivery=signed_url`, 'GET'],
    ['streams', 'AUDITFORGE_RATE_STREAM', LOG, 'GET'],
    ['reads', 'AUDITFORGE_RATE_READ', '/auditforge/engagement/eng-1', 'GET'],
    ['HEADs of links', 'AUDITFORGE_RATE_READ', `${LOG}?delivery=signed_url`, 'HEAD'],
  ])('is limited for each session subject: %s', async (_, variable, path, method) => {
    await start({ [variable]: '2' });
    const three = [];
    for (let at = 0; at < 3; at++) three.push(await as('alice', path, method));
    expect(statuses(three)).toEqual([200, 200, 429]);
    if (method === 'GET') expectRefused(three[2]!);
    // Neither another subject, nor another kind of request, nor the admin pays for it.
    expect((await as('bob', path, method)).status).toBe(200);
    expect((await service!.get(path, {}, method)).status).toBe(200);
    const others = [LOG, `${LOG}?delivery=signed_url`, '/auditforge/engagement/eng-1'];
    for (const other of others.filter((candidate) => method === 'GET' && candidate !== path)) {
      expect((await as('alice', other)).status).toBe(200);
    }
  });

  it('is limited for each admin label, whatever it asks for', async () => {
    const other = 'other-admin-token-0123456789-abcdefghij';
    await start({
      AUDITFORGE_RATE_ADMIN: '2',
      AUDITFORGE_ADMIN_TOKENS: `ops:${ADMIN_TOKEN},ci:${other}`,
    });
    const answers = [
      await service!.get(LOG),
      await service!.get('/auditforge/engagement/eng-1'),
      await service!.get(`${LOG}?delivery=signed_url`),
    ];
    expect(statuses(answers)).toEqual([200, 200, 429]);
    expect((await service!.get(LOG, { 'x-admin-token': other })).status).toBe(200);
  });

  it('is without a limit where that is 0', async () => {
    await start({ AUDITFORGE_RATE_STREAM: '0' });
    const answers = [];
    for (let at = 0; at < 70; at++) answers.push(await as('alice', LOG));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
  });

  it('comes after what is wrong with a request, and before what it asks for', async () => {
    await start({ AUDITFORGE_RATE_STREAM: '1' });
    const authorization = `Bearer ${await sessionToken(['eng-1', 'eng-none'], { sub: 'alice' })}`;
    const asked = (path: string) => send(service!.url + path, { headers: { authorization } });
    expect((await asked('/auditforge/engagement/eng-none/audit-log')).status).toBe(404);
    const before = store.requests.length;
    expect((await asked('/auditforge/engagement/eng-none/audit-log')).status).toBe(429);
    expect((await asked('/auditforge/engagement/eng-other/audit-log')).status).toBe(403);
    expect((await asked(`${LOG}?format=csv`)).status).toBe(422);
    expect(store.requests.length).toBe(before);
  });

  describe('an address may fail to prove who it is', () => {
    it('is limited, and does not touch who can', async () => {
      await start({ AUDITFORGE_RATE_AUTH_FAILURES: '3' });
      const answers = [];
      for (let at = 0; at < 5; at++) answers.push(await service!.get(LOG, WRONG));
      expect(statuses(answers)).toEqual([401, 401, 401, 429, 429]);
      expectRefused(answers[4]!);
      expect((await service!.get(LOG)).status).toBe(200);
      expect((await as('alice', LOG)).status).toBe(200);
      expect((await service!.get(LOG, WRONG)).status).toBe(429);
    });

    it('is not by what X-Forwarded-For says, where no proxy is trusted', async () => {
      await start({ AUDITFORGE_RATE_AUTH_FAILURES: '1' });
      const from = (address: string) => service!.get(LOG, { ...WRONG, 'x-forwarded-for': address });
      expect([(await from('192.0.2.1')).status, (await from('192.0.2.2')).status]).toEqual([401, 429]);
    });

    it('is by what a trusted proxy says, and by no more than it has added', async () => {
      await start({ AUDITFORGE_RATE_AUTH_FAILURES: '1', AUDITFORGE_TRUSTED_PROXIES: '127.0.0.0/8' });
      const from = async (chain: string) =>
        (await service!.get(LOG, { ...WRONG, 'x-forwarded-for': chain })).status;
      expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([401, 401]);
      // What a client writes before the proxy adds its address does not make it another.
      expect([await from('203.0.113.9, 192.0.2.1'), await from('203.0.113.8, 192.0.2.1')]).toEqual([
        429, 429,
      ]);
    });

    it('is by network where that is of IPv6', async () => {
      await start({ AUDITFORGE_RATE_AUTH_FAILURES: '1', AUDITFORGE_TRUSTED_PROXIES: '127.0.0.1' });
      const from = async (address: string) =>
        (await service!.get(LOG, { ...WRONG, 'x-forwarded-for': address })).status;
      expect([await from('2001:db8:0:1::1'), await from('2001:db8:0:1:ffff::2')]).toEqual([401, 429]);
      expect(await from('2001:db8:0:2::1')).toBe(401);
    });
  });
});
