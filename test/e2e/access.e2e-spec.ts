import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../support/session-tokens.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';

describe('who may read an audit log', () => {
  let store: EmbeddedStore;
  let service: Service;
  const bearer = async (...args: Parameters<typeof sessionToken>) => ({
    authorization: `Bearer ${await sessionToken(...args)}`,
  });
  const statusOf = async (headers: Record<string, string | string[]>, path = PATH) =>
    (await send(service.url + path, { headers })).status;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store });
    for (const id of ['eng-1', 'eng-12', 'eng-2']) await service.seed(id, { '1.jsonl': event(1) });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it('the admin, every engagement', async () => {
    for (const id of ['eng-1', 'eng-12', 'eng-2']) expect((await service.log(id)).status).toBe(200);
  });

  it('a session, the engagements in its scope', async () => {
    const headers = await bearer(['eng-1', 'eng-2']);
    expect(await statusOf(headers)).toBe(200);
    expect(await statusOf(headers, PATH.replace('eng-1', 'eng-2'))).toBe(200);
    expect(await statusOf(headers, PATH.replace('eng-1', 'eng-12'))).toBe(403);
  });

  it.each(['eng-12', 'ENG-1', 'eng-1%2f..%2feng-2', 'eng-1%00', 'eng-missing', 'eng.1', '%20eng-1'])(
    'failures 31: not a session that asks for %s: 403, whether or not it exists',
    async (id) => {
      const answer = await send(service.url + PATH.replace('eng-1', id), {
        headers: await bearer(['eng-1']),
      });
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'engagement_out_of_scope']);
    },
  );

  it('not without a credential: 401 in constant shape', async () => {
    const answer = await send(service.url + PATH, { headers: { 'x-request-id': 'abc' } });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json()).toEqual({
      type: 'urn:auditforge:problem:authentication_required',
      title: 'Authentication required',
      status: 401,
      detail: 'Authentication required.',
      code: 'authentication_required',
      request_id: 'abc',
    });
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['an empty admin token', { 'x-admin-token': '' }],
    ['an admin token short of a character', { 'x-admin-token': ADMIN_TOKEN.slice(0, -1) }],
    [
      'an admin token with a space in it',
      { 'x-admin-token': `${ADMIN_TOKEN.slice(0, 9)} ${ADMIN_TOKEN.slice(9)}` },
    ],
    ['two admin tokens', { 'x-admin-token': [ADMIN_TOKEN, ADMIN_TOKEN] }],
    ['another scheme', { authorization: 'Basic b3BzOnNlY3JldA==' }],
    ['an empty Authorization', { authorization: '' }],
    ['Bearer and nothing', { authorization: 'Bearer ' }],
    ['a bearer that is no token', { authorization: 'Bearer a b' }],
    ['the admin token as bearer', { authorization: `Bearer ${ADMIN_TOKEN}` }],
  ])('failures 32: not with %s', async (_, headers) => {
    expect(await statusOf(headers)).toBe(401);
  });

  it('failures 32: not with two Authorization headers, whose second Node drops', async () => {
    const { authorization } = await bearer(['eng-1']);
    expect(await statusOf({ authorization: [authorization, authorization] })).toBe(401);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'someone' }],
    ['another audience', { aud: 'other' }],
    ['no exp', { exp: undefined }],
    ['exp in the past', { exp: 1_700_000_000 }],
    ['nbf ahead', { nbf: 4_000_000_000 }],
    ['no sub', { sub: undefined }],
    ['a sub that breaks a line', { sub: 'a\nb' }],
    ['no scope', { scope: undefined }],
    ['a scope that is no string', { scope: ['engagement:eng-1'] }],
  ])('failures 30: not with a session token with %s', async (_, claims) => {
    expect(await statusOf(await bearer(['eng-1'], claims))).toBe(401);
  });

  it('failures 30: not with a token of another secret, or of none', async () => {
    expect(await statusOf(await bearer(['eng-1'], {}, 'another secret of more than 32 bytes'))).toBe(401);
    const [, payload] = (await sessionToken(['eng-1'])).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await statusOf({ authorization: `Bearer ${none}.${payload}.` })).toBe(401);
  });

  it('an invalid credential is 401 whatever else is presented', async () => {
    const session = await bearer(['eng-1']);
    expect(await statusOf({ ...session, 'x-admin-token': 'wrong' })).toBe(401);
    expect(await statusOf({ authorization: 'Bearer wrong', 'x-admin-token': ADMIN_TOKEN })).toBe(401);
  });

  it('both valid: the rights of the admin', async () => {
    const headers = { ...(await bearer(['eng-1'])), 'x-admin-token': ADMIN_TOKEN };
    expect(await statusOf(headers, PATH.replace('eng-1', 'eng-2'))).toBe(200);
  });

  it('who are you comes before what you ask for, and that before whether it exists', async () => {
    expect(await statusOf({}, `${PATH}?format=csv`)).toBe(401);
    expect(await statusOf(await bearer(['eng-2']), `${PATH}?format=csv`)).toBe(403);
    expect(
      await statusOf({ 'x-admin-token': ADMIN_TOKEN }, '/auditforge/engagement/none/audit-log?format=csv'),
    ).toBe(422);
    expect(await statusOf({}, '/auditforge/engagement/%zz/audit-log?format=csv')).toBe(400);
  });
});
