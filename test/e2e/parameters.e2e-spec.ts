import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { Service } from '../support/service.js';

interface Problem {
  code: string;
  detail: string;
  errors: Array<{ parameter: string; detail: string }>;
}

describe('the parameters of an audit log', () => {
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store });
    await service.seed('eng-1', { '1.jsonl': event(1) });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it.each([
    'format=jsonl',
    'format=json',
    'delivery=stream',
    'expires_in=60',
    'expires_in=3600',
    'expires_in=%36%30',
    'format=json&delivery=signed_url&expires_in=61',
  ])('takes ?%s', async (query) => {
    expect((await service.log('eng-1', query)).status).toBe(200);
  });

  it.each([
    ['format=csv', ['format']],
    ['format=JSON', ['format']],
    ['format=', ['format']],
    ['format', ['format']],
    ['Format=json', ['Format']],
    ['delivery=Stream', ['delivery']],
    ['delivery=signed-url', ['delivery']],
    ['expires_in=59', ['expires_in']],
    ['expires_in=3601', ['expires_in']],
    ['expires_in=0600', ['expires_in']],
    ['expires_in=600.0', ['expires_in']],
    ['expires_in=6e2', ['expires_in']],
    ['expires_in=+600', ['expires_in']],
    ['expires_in=-600', ['expires_in']],
    ['expires_in=%20600', ['expires_in']],
    ['expires_in=99999', ['expires_in']],
    ['expires_in=٦٠٠', ['expires_in']],
    ['delivery=stream&expires_in=5', ['expires_in']],
    ['format=json&format=json', ['format']],
    ['format[]=json', ['format[]']],
    ['from=2026-05-01', ['from']],
    ['id=eng-1', ['id']],
    ['x-admin-token=secret', ['x-admin-token']],
    ['constructor=x', ['constructor']],
    ['__proto__=x', ['__proto__']],
    ['toString=x', ['toString']],
    ['expiresIn=600', ['expiresIn']],
    ['a=1&b=2&format=csv&delivery=email&expires_in=1', ['a', 'b', 'format', 'delivery', 'expires_in']],
    [`${'format=jsonl&'.repeat(2)}${'&'.repeat(1200)}evil=1`, ['format', 'evil']],
  ])('refuses ?%s and names what is wrong', async (query, names) => {
    const answer = await service.log('eng-1', encodeURI(decodeURI(query)));
    const problem = answer.json<Problem>();
    expect([answer.status, problem.code]).toEqual([422, 'invalid_parameters']);
    expect(problem.errors.map(({ parameter }) => parameter)).toEqual(names);
    for (const name of names) expect(problem.detail).toContain(JSON.stringify(name));
    expect(problem.detail).toMatch(/\.$/);
  });

  it('finds a wrong parameter behind a thousand others', async () => {
    // Node takes 16 KiB of request line and headers.
    const query = `${Array.from({ length: 1500 }, () => 'a').join('&')}&format=csv`;
    const problem = (await service.log('eng-1', query)).json<Problem>();
    expect(problem.errors.map(({ parameter }) => parameter)).toEqual(['a', 'format']);
  });

  it.each(['eng.1', '-eng', '_eng', 'a'.repeat(129), 'eng%201', 'eng%00', 'eng-1%2f..%2feng-2', '%E2%9C%93'])(
    'refuses the id %s to the admin with 422, path and query together',
    async (id) => {
      const problem = (await service.log(id, 'format=csv')).json<Problem>();
      expect(problem.code).toBe('invalid_parameters');
      expect(problem.errors.map(({ parameter }) => parameter).toSorted()).toEqual(['format', 'id']);
    },
  );

  it('takes an id of 128 characters', async () => {
    expect((await service.log('a'.repeat(128))).status).toBe(404);
  });

  it('refuses unknown parameters of an engagement too', async () => {
    const problem = (await service.get('/auditforge/engagement/eng-1?expand=all')).json<Problem>();
    expect(problem.errors.map(({ parameter }) => parameter)).toEqual(['expand']);
  });

  it('asks the store nothing for a request that it refuses', async () => {
    const before = store.requests.length;
    await service.log('eng-1', 'format=csv');
    await service.log('eng..1');
    await service.log('eng-1', '', { 'x-admin-token': 'wrong' });
    expect(store.requests.length).toBe(before);
  });
});
