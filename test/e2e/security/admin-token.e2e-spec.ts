import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../../support/session-tokens.js';
import { SAME_ID } from './answer-shape.js';
import { rawRequest, shapeOfRaw, type RawAnswer } from './raw-request.js';
import { WatchedLog } from './watched-log.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';
const MIDDLE = ADMIN_TOKEN.length >> 1;
const ANOTHER = 'another-admin-token-0123456789-abcdefg';

describe('the admin token', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  let session: string;
  const ask = (headers: string[], path = PATH): Promise<RawAnswer> =>
    rawRequest(service.url, path, { headers: [`x-request-id: ${SAME_ID['x-request-id']}`, ...headers] });

  /** 401 as if there were no token at all, and the store is asked nothing. */
  async function expectRefused(headers: string[], path = PATH): Promise<void> {
    const calls = store.requests.length;
    const answer = shapeOfRaw(await ask(headers, path));
    expect(answer.status).toBe(401);
    expect(answer).toEqual(shapeOfRaw(await ask([])));
    expect(store.requests).toHaveLength(calls);
  }

  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      logTo: log,
      environment: { AUDITFORGE_ADMIN_TOKENS: `ops:${ADMIN_TOKEN},${ANOTHER}` },
    });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    log.keepSecret(ANOTHER);
    session = log.keepToken(await sessionToken(['eng-1']));
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it.each([
    ['x-admin-token', ADMIN_TOKEN],
    ['X-ADMIN-TOKEN', ADMIN_TOKEN],
    ['X-Admin-Token', ANOTHER],
  ])('failures 32: is taken under the name %s: names of headers have no case', async (name, token) => {
    expect((await ask([`${name}: ${token}`])).status).toBe(200);
  });

  it('failures 32: is taken with spaces and tabs around it, which RFC 9110 makes no part of a value', async () => {
    expect((await ask([`x-admin-token: \t ${ADMIN_TOKEN}`])).status).toBe(200);
    expect((await ask([`x-admin-token:${ADMIN_TOKEN}  `])).status).toBe(200);
  });

  it.each<[string, string]>([
    ['short of its last character', ADMIN_TOKEN.slice(0, -1)],
    ['short of its first character', ADMIN_TOKEN.slice(1)],
    ['short of one in the middle', ADMIN_TOKEN.slice(0, MIDDLE) + ADMIN_TOKEN.slice(MIDDLE + 1)],
    ['with one character more', `${ADMIN_TOKEN}j`],
    ['with one before it', `t${ADMIN_TOKEN}`],
    ['with another last character', `${ADMIN_TOKEN.slice(0, -1)}k`],
    ['twice in one', ADMIN_TOKEN + ADMIN_TOKEN],
    ['in capitals', ADMIN_TOKEN.toUpperCase()],
    ['with one capital', ADMIN_TOKEN.replace('t', 'T')],
    ['with a space inside', `${ADMIN_TOKEN.slice(0, MIDDLE)} ${ADMIN_TOKEN.slice(MIDDLE)}`],
    ['with a tab inside', `${ADMIN_TOKEN.slice(0, MIDDLE)}\t${ADMIN_TOKEN.slice(MIDDLE)}`],
    ['with a space that does not break before it', `\u00a0${ADMIN_TOKEN}`],
    ['in quotes', `"${ADMIN_TOKEN}"`],
    ['with its label', `ops:${ADMIN_TOKEN}`],
    ['as its label alone', 'ops'],
    ['encoded', encodeURIComponent(ADMIN_TOKEN).replaceAll('-', '%2d')],
    ['in base64', Buffer.from(ADMIN_TOKEN).toString('base64')],
    ['behind Bearer', `Bearer ${ADMIN_TOKEN}`],
    ['beside the other, with a comma', `${ADMIN_TOKEN}, ${ANOTHER}`],
    ['beside the other, as it is set', `ops:${ADMIN_TOKEN},${ANOTHER}`],
    ['empty', ''],
    ['spaces alone', '   '],
  ])('failures 32: is refused %s: 401, in constant shape', async (_, token) => {
    await expectRefused([`x-admin-token: ${token}`]);
    // Nor does it go with a session that would be let in.
    await expectRefused([`x-admin-token: ${token}`, `Authorization: Bearer ${session}`]);
  });

  it.each<[string, string[]]>([
    ['twice', [`x-admin-token: ${ADMIN_TOKEN}`, `x-admin-token: ${ADMIN_TOKEN}`]],
    ['twice under names of another case', [`x-admin-token: ${ADMIN_TOKEN}`, `X-ADMIN-TOKEN: ${ADMIN_TOKEN}`]],
    ['beside an empty one', [`x-admin-token: ${ADMIN_TOKEN}`, 'x-admin-token:']],
    ['beside the other', [`x-admin-token: ${ADMIN_TOKEN}`, `x-admin-token: ${ANOTHER}`]],
    ['as a session token', [`Authorization: Bearer ${ADMIN_TOKEN}`]],
    ['as Basic', [`Authorization: Basic ${Buffer.from(`ops:${ADMIN_TOKEN}`).toString('base64')}`]],
    ['as a scheme of its own', [`Authorization: x-admin-token ${ADMIN_TOKEN}`]],
    ['without a scheme', [`Authorization: ${ADMIN_TOKEN}`]],
    ['in a cookie', [`Cookie: x-admin-token=${ADMIN_TOKEN}; token=${ADMIN_TOKEN}`]],
    ['under a name with underscores', [`x_admin_token: ${ADMIN_TOKEN}`]],
    ['under a shorter name', [`admin-token: ${ADMIN_TOKEN}`]],
    ['as the token of a proxy', [`Proxy-Authorization: Bearer ${ADMIN_TOKEN}`]],
  ])('failures 32: is refused %s: 401, in constant shape', async (_, headers) => {
    await expectRefused(headers);
  });

  it.each(['x-admin-token', 'X-Admin-Token', 'token', 'access_token', 'authorization', 'admin_token'])(
    'failures 32: in the query as %s is 401, or a 422 that names the parameter to those who may',
    async (name) => {
      const path = `${PATH}?${name}=${ADMIN_TOKEN}`;
      await expectRefused([], path);
      await expectRefused(['x-admin-token: wrong'], path);
      const calls = store.requests.length;
      for (const credential of [`x-admin-token: ${ADMIN_TOKEN}`, `Authorization: Bearer ${session}`]) {
        const answer = await ask([credential], path);
        expect(answer.status).toBe(422);
        expect(answer.body).toContain(`"errors":[{"parameter":"${name}"`);
        expect(answer.head + answer.body).not.toContain(ADMIN_TOKEN);
      }
      expect(store.requests).toHaveLength(calls);
    },
  );

  it('failures 32: is refused where a header or a request is broken apart by it', async () => {
    const calls = store.requests.length;
    for (const header of [
      `x-admin-token : ${ADMIN_TOKEN}`,
      `x-admin-token: ${ADMIN_TOKEN}\0`,
      `x-admin-token:\r\n ${ADMIN_TOKEN}`,
    ])
      expect([400, 401]).toContain((await ask([header])).status);
    expect(store.requests).toHaveLength(calls);
  });

  it('failures 36: nothing that was logged holds an admin token, right or nearly right, or a session token', async () => {
    // Somebody put one where it does not belong.
    const asAdmin = [`x-admin-token: ${ADMIN_TOKEN}`];
    expect((await ask(asAdmin, PATH.replace('eng-1', session))).status).toBe(422);
    expect((await ask(asAdmin, `${PATH}?format=${ANOTHER}`)).status).toBe(422);
    expect(log.valuesOf('code')).toEqual(
      expect.arrayContaining(['authentication_required', 'invalid_parameters']),
    );
    expect(log.leaks()).toEqual([]);
    expect(log.broken()).toEqual([]);
  });
});
