import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { send, type HttpAnswer } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../../support/session-tokens.js';

const LOG = '/auditforge/engagement/eng-1/audit-log';
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const COOKIE = '__Host-auditforge';

interface Problem {
  code: string;
  detail: string;
}

let store: EmbeddedStore;
let service: Service;
let token: string;

const ask = (
  path: string,
  headers: Record<string, string | string[]> = {},
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<HttpAnswer> => send(service.url + path, { method, headers, body });
const signIn = (headers: Record<string, string | string[]>, body?: string) =>
  ask('/auditforge/session', headers, { method: 'POST', body });
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const cookie = (value: string, name = COOKIE) => ({ cookie: `${name}=${value}` });

/** A good token of so many bytes. */
async function tokenOfLength(bytes: number): Promise<string> {
  for (let padding = 2_000; padding < bytes; padding++) {
    const padded = await sessionToken(['eng-1'], { jti: 'x'.repeat(padding) });
    if (padded.length === bytes) return padded;
  }
  throw new Error(`no token has ${bytes} bytes`);
}

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store });
  await service.seed('eng-1', { '1.jsonl': event(1) });
  await service.seed('eng-2', { '1.jsonl': event(2) });
  token = await sessionToken(['eng-2', 'eng-1']);
});
afterAll(async () => {
  await service.close();
  await store.close();
});

describe('signing in', () => {
  it('exchanges a session token for a cookie that no script reads and no other site sends', async () => {
    const answer = await signIn(bearer(token));
    expect({ status: answer.status, body: answer.body.toString() }).toEqual({ status: 204, body: '' });
    const [set, ...more] = answer.headers['set-cookie'] ?? [];
    expect(more).toEqual([]);
    const [pair, ...attributes] = set!.split('; ');
    expect(pair).toBe(`${COOKIE}=${token}`);
    const [, maxAge] = /Max-Age=(\d+)/.exec(set!) ?? [];
    // What is left of the ten minutes that the token has.
    expect(Number(maxAge)).toBeGreaterThan(400);
    expect(Number(maxAge)).toBeLessThanOrEqual(600);
    expect(attributes.filter((name) => !/^(Max-Age|Expires)=/.test(name)).toSorted()).toEqual([
      'HttpOnly',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['no credential', {}],
    ['a token that is none', bearer('abc')],
    ['an admin token', { 'x-admin-token': ADMIN_TOKEN }],
  ])('is refused with %s', async (_, headers) => {
    const answer = await signIn(headers);
    expect([answer.status, answer.json<Problem>().code]).toEqual([401, 'authentication_required']);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('is refused with the cookie in place of a token: a session does not renew itself', async () => {
    const answer = await signIn({ ...cookie(token), ...SAME_ORIGIN });
    expect([answer.status, answer.json<Problem>().code]).toEqual([401, 'authentication_required']);
  });

  it('says so when a token is too long for a cookie', async () => {
    for (const [bytes, status] of [
      [3_800, 204],
      [3_804, 422],
    ] as const) {
      expect([bytes, (await signIn(bearer(await tokenOfLength(bytes)))).status]).toEqual([bytes, status]);
    }
    const ids = Array.from({ length: 400 }, (_, index) => `eng-${index}`);
    const answer = await signIn(bearer(await sessionToken(ids)));
    expect(answer.status).toBe(422);
    expect(answer.json<Problem>().detail).toMatch(
      /^"Authorization" holds a token of \d{5} bytes, and a cookie takes 3800: ask for a session of fewer/,
    );
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('takes no body and no parameter', async () => {
    expect((await signIn({ ...bearer(token), 'content-type': 'application/json' }, '{}')).status).toBe(422);
    expect((await signIn({ ...bearer(token), 'transfer-encoding': 'chunked' }, 'x')).status).toBe(422);
    const answer = await ask('/auditforge/session?token=abc', bearer(token), { method: 'POST' });
    expect(answer.json<Problem>().detail).toMatch('"token" is not a parameter of this address');
  });

  it('is told who is signed in, for what and until when', async () => {
    for (const headers of [bearer(token), { ...cookie(token), ...SAME_ORIGIN }]) {
      const session = (await ask('/auditforge/session', headers)).json<Record<string, unknown>>();
      expect(session).toEqual({
        subject: 'reviewer@example.com',
        engagements: ['eng-1', 'eng-2'],
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
      const seconds = (Date.parse(String(session['expires_at'])) - Date.now()) / 1000;
      expect(seconds).toBeGreaterThan(400);
      expect(seconds).toBeLessThanOrEqual(600);
    }
    expect((await ask('/auditforge/session')).status).toBe(401);
    expect((await ask('/auditforge/session', { 'x-admin-token': ADMIN_TOKEN })).status).toBe(401);
  });

  it('ends with a cookie that is empty and over, also for a session that has ended', async () => {
    const ended = await sessionToken(['eng-1'], { exp: Math.floor(Date.now() / 1000) - 3600 });
    for (const value of [token, ended]) {
      const answer = await ask(
        '/auditforge/session',
        { ...cookie(value), ...SAME_ORIGIN },
        { method: 'DELETE' },
      );
      expect(answer.status).toBe(204);
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^__Host-auditforge=; Max-Age=0; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
        ),
      ]);
    }
  });

  it('has other methods refused', async () => {
    const answer = await ask('/auditforge/session', bearer(token), { method: 'PUT' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST, DELETE, OPTIONS']);
    expect((await ask('/auditforge/session', {}, { method: 'OPTIONS' })).status).toBe(204);
    expect((await ask('/auditforge/session', bearer(token), { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a request by cookie', () => {
  it('gets what the session may, and nothing else', async () => {
    const headers = { ...cookie(token), ...SAME_ORIGIN };
    expect((await ask(LOG, headers)).body.toString()).toBe(`${event(1)}\n`);
    expect((await ask('/auditforge/engagement/eng-1', headers)).status).toBe(200);
    expect((await ask(`${LOG}?delivery=signed_url`, headers)).status).toBe(200);
    const other = await ask('/auditforge/engagement/eng-3/audit-log', headers);
    expect([other.status, other.json<Problem>().code]).toEqual([403, 'engagement_out_of_scope']);
  });

  it('counts only where no other credential is there', async () => {
    const narrow = bearer(await sessionToken(['eng-2']));
    // Without Sec-Fetch-Site: the cookie plays no part.
    expect(
      (await ask('/auditforge/engagement/eng-2/audit-log', { ...cookie(token), ...narrow })).status,
    ).toBe(200);
    expect((await ask(LOG, { ...cookie(token), ...narrow })).status).toBe(403);
    expect((await ask(LOG, { ...cookie('rubbish'), 'x-admin-token': ADMIN_TOKEN })).status).toBe(200);
    expect((await ask(LOG, { ...cookie(token), ...SAME_ORIGIN, ...bearer('rubbish') })).status).toBe(401);
  });

  it.each<[string, string | string[]]>([
    ['an empty one', `${COOKIE}=`],
    ['one that is no token', `${COOKIE}="quoted"`],
    ['one that holds another token', `${COOKIE}=abc.def.ghi`],
    ['one of another name', 'auditforge=TOKEN'],
    ['one whose name has another case', '__host-AuditForge=TOKEN'],
    ['one whose name ends alike', 'x__Host-auditforge=TOKEN'],
    ['two of them', `${COOKIE}=TOKEN; ${COOKIE}=TOKEN`],
    ['two of them, of which one is good', `${COOKIE}=abc; ${COOKIE}=TOKEN`],
    ['two of them in two headers', [`${COOKIE}=TOKEN`, `${COOKIE}=TOKEN`]],
  ])('is refused with %s', async (_, value) => {
    const given = [value].flat().map((line) => line.replaceAll('TOKEN', token));
    const answer = await ask(LOG, { ...SAME_ORIGIN, cookie: given });
    expect([answer.status, answer.json<Problem>().code]).toEqual([401, 'authentication_required']);
  });

  it('is taken beside the cookies of others', async () => {
    const value = `theme=dark; ${COOKIE}=${token}; lang=de`;
    expect((await ask(LOG, { ...SAME_ORIGIN, cookie: value })).status).toBe(200);
  });

  it('is refused once the session has ended', async () => {
    const ended = await sessionToken(['eng-1'], { exp: Math.floor(Date.now() / 1000) - 3600 });
    expect((await ask(LOG, { ...cookie(ended), ...SAME_ORIGIN })).status).toBe(401);
  });

  const ROUTES: [string, string, string, boolean][] = [
    ['a stream', 'GET', LOG, true],
    ['a stream, said so', 'GET', `${LOG}?format=json&delivery=stream`, true],
    ['HEAD of a stream', 'HEAD', LOG, false],
    ['a link', 'GET', `${LOG}?delivery=signed_url`, false],
    ['a link, encoded', 'GET', `${LOG}?%64elivery=signed%5Furl`, false],
    ['a link behind a stream', 'GET', `${LOG}?delivery=stream&delivery=signed_url`, true],
    ['an engagement', 'GET', '/auditforge/engagement/eng-1', false],
    ['the session', 'GET', '/auditforge/session', false],
    ['signing out', 'DELETE', '/auditforge/session', false],
  ];

  it.each(ROUTES)('must come from a page of the service itself: %s', async (_, method, path, byHand) => {
    const from = async (site: string | string[] | undefined) => {
      const headers: Record<string, string | string[]> = cookie(token);
      if (site !== undefined) headers['sec-fetch-site'] = site;
      return (await ask(path, headers, { method })).status;
    };
    const exports = await service.exports();
    for (const site of ['cross-site', 'same-site', '', 'SAME-ORIGIN', 'none, same-origin', undefined])
      expect([site, await from(site)]).toEqual([site, 403]);
    expect(await from(['same-origin', 'same-origin'])).toBe(403);
    // Typed into the address bar, or a download that is tried again: no page of another site is behind it.
    expect(await from('none')).toBe(byHand ? await from('same-origin') : 403);
    expect(await service.exports()).toEqual(exports);
  });

  it('that another site forged is refused in one shape, and is asked of no store', async () => {
    const calls = store.requests.length;
    const answer = await ask(LOG, { ...cookie(token), 'sec-fetch-site': 'cross-site' });
    expect([answer.status, answer.json<Problem>().code]).toEqual([403, 'cross_site_request']);
    expect(store.requests).toHaveLength(calls);
  });
});

describe('AUDITFORGE_INSECURE_COOKIE', () => {
  it('lets the cookie do without TLS, under a name of its own', async () => {
    const plain = await Service.start({
      store,
      environment: { HOST: '127.0.0.1', AUDITFORGE_INSECURE_COOKIE: 'true' },
    });
    try {
      await plain.seed('eng-1', { '1.jsonl': event(1) });
      const signedIn = await send(`${plain.url}/auditforge/session`, {
        method: 'POST',
        headers: bearer(token),
      });
      const [set] = signedIn.headers['set-cookie'] ?? [];
      expect(set).toMatch(
        /^auditforge=[^;]+; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
      );
      const by = (name: string) =>
        send(plain.url + LOG, { headers: { ...cookie(token, name), ...SAME_ORIGIN } });
      expect((await by('auditforge')).status).toBe(200);
      expect((await by(COOKIE)).status).toBe(401);
    } finally {
      await plain.close();
    }
  });
});
