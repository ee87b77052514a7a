import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import { sessionToken } from '../../support/session-tokens.js';
import { SAME_ID } from './answer-shape.js';
import { rawRequest, shapeOfRaw, type RawAnswer } from './raw-request.js';
import { WatchedLog } from './watched-log.js';

const ROUTES = ['', '/audit-log', '/audit-log?delivery=signed_url', '/audit-log?format=csv'];

describe('a session whose scope holds eng-1 alone', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  let token: string;
  const ask = (path: string, method = 'GET'): Promise<RawAnswer> =>
    rawRequest(service.url, `/auditforge/engagement/${path}`, {
      method,
      headers: [`Authorization: Bearer ${token}`, `x-request-id: ${SAME_ID['x-request-id']}`],
    });

  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      logTo: log,
      environment: { AUDITFORGE_RATE_STREAM: '0', AUDITFORGE_RATE_READ: '0' },
    });
    for (const id of ['eng-1', 'eng-12', 'eng-2', 'ENG-1', 'engagement'])
      await service.seed(id, { '1.jsonl': event(1) });
    token = log.keepToken(
      await sessionToken(['eng-1'], { scope: 'engagement:eng-1 openid engagement: eng-2' }),
    );
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it('failures 31: reads eng-1, however a client encodes its letters', async () => {
    for (const id of ['eng-1', '%65ng-1', '%65%6E%67%2d%31']) {
      const answer = await ask(`${id}/audit-log`);
      expect([answer.status, answer.body]).toEqual([200, expect.stringContaining(event(1).slice(0, 40))]);
      expect(answer.headers['content-disposition']).toMatch(
        /^attachment; filename="eng-1-\d{8}T\d{6}Z\.jsonl"$/,
      );
    }
  });

  it.each([
    ['one that its id begins', 'eng-12'],
    ['one that begins its id', 'eng-'],
    ['the same in another case', 'ENG-1'],
    ['the same in mixed case', 'eNg-1'],
    ['another', 'eng-2'],
    ['another, encoded', '%65ng-2'],
    ['another by an encoded path', 'eng-1%2f..%2feng-2'],
    ['another by an encoded path in capitals', 'eng-1%2F%2E%2E%2Feng-2'],
    ['another by backslashes', 'eng-1%5c..%5ceng-2'],
    ['a NUL behind it', 'eng-1%00'],
    ['a NUL and an ending behind it', 'eng-1%00.json'],
    ['an encoded slash behind it', 'eng-1%2f'],
    ['an encoded slash before it', '%2feng-1'],
    ['a path parameter', 'eng-1;x'],
    ['a path parameter of another', 'eng-1;eng-2'],
    ['a comma and another', 'eng-1,eng-2'],
    ['a plus', 'eng-1+'],
    ['an encoded question mark', 'eng-1%3fx'],
    ['an encoded number sign', 'eng-1%23'],
    ['encoded twice', '%2565ng-1'],
    ['fullwidth letters', '%EF%BD%85%EF%BD%8E%EF%BD%87-1'],
    ['a fullwidth digit', 'eng-%EF%BC%91'],
    ['a Cyrillic letter', '%D0%B5ng-1'],
    ['a combining mark behind it', 'eng-1%CC%81'],
    ['a hyphen that does not break', 'eng%E2%80%911'],
    ['nothing that can be seen behind it', 'eng-1%E2%80%8B'],
    ['a dot behind it', 'eng-1.'],
    ['a space behind it', 'eng-1%20'],
    ['a space before it', '%20eng-1'],
    ['a line break behind it', 'eng-1%0A'],
    ['a carriage return and a line break', 'eng-1%0D%0Ax-admin-token:%20x'],
    ['all of them', '*'],
    ['the scope itself', 'engagement:eng-1'],
    ['a word of its scope', 'engagement'],
    ['a scope of its own that names none', 'openid'],
    ['what objects inherit', '__proto__'],
    ['what sets inherit', 'has'],
  ])(
    'failures 31: may not ask for %s: %s is 403 as if it did not exist, and the store is asked nothing',
    async (_, id) => {
      const calls = store.requests.length;
      for (const route of ROUTES) {
        for (const method of ['GET', 'HEAD']) {
          const answer = shapeOfRaw(await ask(id + route, method));
          expect(answer.status).toBe(403);
          if (method === 'GET') expect(answer.body).toContain('"code":"engagement_out_of_scope"');
          expect(answer).toEqual(shapeOfRaw(await ask(`no-such-engagement${route}`, method)));
        }
      }
      expect(store.requests).toHaveLength(calls);
    },
  );

  it.each([
    ['a slash behind the id', 'eng-1/', 404],
    ['two slashes', 'eng-1//audit-log', 404],
    ['a way up', 'eng-1/../eng-2/audit-log', 404],
    ['an encoded way up', '%2e%2e/eng-2/audit-log', 404],
    ['a way up to another route', '../engagement/eng-2/audit-log', 404],
    ['an encoded slash in the route', 'eng-2%2faudit-log', 403],
    ['the route in encoded letters', 'eng-2/%61udit-log', 404],
    ['half a character', 'eng-1%E2%80/audit-log', 400],
    ['a dot of two bytes', 'eng-1%c0%ae/audit-log', 400],
    ['a broken encoding', 'eng-1%/audit-log', 400],
  ])(
    'failures 31: finds nothing by %s: %s is %d, and the store is asked nothing',
    async (_, path, status) => {
      const calls = store.requests.length;
      for (const method of ['GET', 'HEAD']) expect((await ask(path, method)).status).toBe(status);
      expect(store.requests).toHaveLength(calls);
    },
  );

  it('failures 31: reads nothing of another engagement by what it says of itself beside the path', async () => {
    const calls = store.requests.length;
    for (const name of ['id', 'engagement_id', 'engagementId', ':id'])
      expect((await ask(`eng-1/audit-log?${name}=eng-2`)).status).toBe(422);
    expect(store.requests).toHaveLength(calls);
    for (const header of [
      'X-Original-URL',
      'X-Rewrite-URL',
      'X-HTTP-Method-Override',
      'X-Forwarded-Prefix',
    ]) {
      const answer = await rawRequest(service.url, '/auditforge/engagement/eng-2/audit-log', {
        headers: [`Authorization: Bearer ${token}`, `${header}: /auditforge/engagement/eng-1/audit-log`],
      });
      expect(answer.status).toBe(403);
    }
    expect(store.requests).toHaveLength(calls);
  });

  it.each([
    '',
    'engagement:',
    'engagement:*',
    'engagement:ENG-1',
    'Engagement:eng-1',
    'engagement:eng-1,engagement:eng-2',
    'engagement:eng-1\tengagement:eng-2',
    'engagement: eng-1',
    'xengagement:eng-1',
    'engagement:eng-1%20',
  ])('failures 31: with the scope %j is let in nowhere', async (scope) => {
    const calls = store.requests.length;
    const other = log.keepToken(await sessionToken([], { scope }));
    for (const id of ['eng-1', 'eng-2']) {
      const answer = await rawRequest(service.url, `/auditforge/engagement/${id}/audit-log`, {
        headers: [`Authorization: Bearer ${other}`],
      });
      expect(answer.status).toBe(403);
    }
    expect(store.requests).toHaveLength(calls);
  });

  it('failures 36: nothing that was logged holds the token, and no id that was asked for breaks a line', () => {
    const paths = log.valuesOf('req').map((req) => (req as { path: string }).path);
    expect(paths).toContain('/auditforge/engagement/eng-1%0D%0Ax-admin-token:%20x/audit-log');
    expect(log.leaks()).toEqual([]);
    expect(log.broken()).toEqual([]);
  });
});
