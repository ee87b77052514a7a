import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { events } from '../../support/events.js';
import { startFaulty, type FaultyService } from '../../support/faults/faulty-service.js';
import type { HttpAnswer } from '../../support/http-client.js';
import type { Service } from '../../support/service.js';
import { sessionToken } from '../../support/session-tokens.js';
import { cancel, ended, history, post, type ExportAnswer } from './export-api.js';

const DAY_MS = 24 * 3600 * 1000;

let faulty: FaultyService;
let service: Service;

beforeAll(async () => {
  faulty = await startFaulty();
  ({ service } = faulty);
  for (const engagement of ['eng-1', 'eng-2', 'eng-busy', 'eng-fails'])
    await service.seed(engagement, { '1.jsonl': events(5) });
});
afterEach(() => {
  jest.restoreAllMocks();
  faulty.proxy.reset();
});
afterAll(() => faulty.close());

type More = NonNullable<Parameters<typeof post>[2]>;
const withKey = (key: string, more: More = {}, engagement = 'eng-1'): Promise<HttpAnswer> =>
  post(service, engagement, { ...more, headers: { 'idempotency-key': key, ...more.headers } });
const codeOf = (answer: HttpAnswer) => [answer.status, answer.json<ExportAnswer>().code];

describe('the same Idempotency-Key', () => {
  it('with the same body is the same export, in the state that it is in', async () => {
    const first = await withKey('k-same');
    const id = first.json<ExportAnswer>().export_id;
    expect((await ended(service, 'eng-1', id)).state).toBe('ready');
    // What a body leaves out is as if it were given.
    const again = await withKey('k-same', { body: { format: 'jsonl', expires_in: 600 } });
    expect([first.status, again.status]).toEqual([202, 201]);
    expect(again.headers.location).toBe(first.headers.location);
    expect(again.json()).toMatchObject({ export_id: id, state: 'ready', expires_in: 600 });
  });

  it('many times at once is one export', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => withKey('k-once', { headers: { prefer: 'wait=30' } }, 'eng-busy')),
    );
    expect(answers.map(({ status }) => status).every((status) => status === 201 || status === 202)).toBe(
      true,
    );
    const [location, ...others] = new Set(answers.map(({ headers }) => headers.location));
    expect(others).toEqual([]);
    expect(location).toBeDefined();
    expect(await history(service, 'eng-busy')).toHaveLength(1);
    await ended(service, 'eng-busy', location!.split('/').at(-1)!);
    expect(await service.exportsOf('eng-busy')).toHaveLength(1);
  });

  it('of another caller, or for another engagement, is another export', async () => {
    const tokens = [
      await sessionToken(['eng-1', 'eng-2']),
      await sessionToken(['eng-1'], { sub: 'someone@example.com' }),
    ];
    const answers = [
      await withKey('k-whose'),
      await withKey('k-whose', {}, 'eng-2'),
      ...(await Promise.all(tokens.map((token) => withKey('k-whose', { token })))),
      await withKey('k-whose', { token: tokens[0] }, 'eng-2'),
      await withKey('K-WHOSE'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(6);
    // A new token of the same subject is the same caller.
    const renewed = await withKey('k-whose', { token: await sessionToken(['eng-1'], { jti: 'another' }) });
    expect(renewed.headers.location).toBe(answers[2]!.headers.location);
  });

  it.each([
    ['format', { format: 'json' }],
    ['expires_in', { expires_in: 601 }],
  ])('with another %s is refused, and the export goes on', async (what, body) => {
    const first = await withKey(`k-other-${what}`);
    expect(codeOf(await withKey(`k-other-${what}`, { body }))).toEqual([422, 'idempotency_key_reused']);
    const { export_id } = first.json<ExportAnswer>();
    expect((await ended(service, 'eng-1', export_id)).state).toBe('ready');
  });

  it('is authorised anew', async () => {
    const token = await sessionToken(['eng-1'], { sub: 'loses-it@example.com' });
    expect((await withKey('k-auth', { token })).status).toBe(202);
    const without = await sessionToken(['eng-2'], { sub: 'loses-it@example.com' });
    expect(codeOf(await withKey('k-auth', { token: without }))).toEqual([403, 'engagement_out_of_scope']);
  });

  it('leads to an export that was cancelled, and begins no other', async () => {
    faulty.proxy.script = ({ key }) =>
      key.startsWith('auditforge/audit/') ? { kind: 'status', status: 503 } : undefined;
    const { export_id } = (await withKey('k-cancelled')).json<ExportAnswer>();
    expect((await cancel(service, 'eng-1', export_id)).status).toBe(204);
    faulty.proxy.reset();
    const again = await withKey('k-cancelled', { headers: { prefer: 'wait=30' } });
    expect([again.status, again.json<ExportAnswer>()]).toMatchObject([
      202,
      { export_id, state: 'cancelled' },
    ]);
  });

  it('is free again after a request that was refused, and what it left on record has an end', async () => {
    faulty.proxy.script = ({ operation, key }) =>
      operation === 'PutObject' && key.endsWith('.request.json')
        ? { kind: 'status', status: 403, code: 'AccessDenied' }
        : undefined;
    expect(codeOf(await withKey('k-refused', {}, 'eng-fails'))).toEqual([502, 'storage_access_denied']);
    expect(await history(service, 'eng-fails')).toMatchObject([
      { state: 'failed', reason: 'storage_access_denied' },
    ]);
    faulty.proxy.reset();
    expect((await withKey('k-refused', {}, 'eng-fails')).status).toBe(202);
    expect(await history(service, 'eng-fails')).toHaveLength(2);
  });

  it('is kept for 24 hours', async () => {
    const first = (await withKey('k-day')).headers.location;
    const now = Date.now();
    const at = async (time: number) => {
      const clock = jest.spyOn(Date, 'now').mockReturnValue(time);
      const answer = await withKey('k-day');
      clock.mockRestore();
      return answer.headers.location;
    };
    expect(await at(now + DAY_MS - 60_000)).toBe(first);
    expect(await at(now + DAY_MS + 60_000)).not.toBe(first);
  });
});

describe('an Idempotency-Key', () => {
  it.each([
    ['of one character', '!'],
    ['of 255', `~${'k'.repeat(254)}`],
    ['in quotes', '"b6c1f8e2, \\"'.replaceAll(' ', '_')],
  ])('%s is one', async (_, key) => {
    const first = await withKey(key);
    expect(first.status).toBe(202);
    expect((await withKey(key)).headers.location).toBe(first.headers.location);
  });

  it.each<[string, string | string[]]>([
    ['of no character', ''],
    ['of 256', 'k'.repeat(256)],
    ['with a space', 'a b'],
    ['with a tab', 'a\tb'],
    ['that is not ASCII', Buffer.from('schlüssel').toString('latin1')],
    ['given twice', ['k-1', 'k-1']],
  ])('%s is none', async (_, key) => {
    const answer = await post(service, 'eng-1', {
      headers: { 'idempotency-key': key as string },
    });
    expect(codeOf(answer)).toEqual([422, 'invalid_parameters']);
    expect(answer.json<{ errors: object[] }>().errors).toEqual([
      { parameter: 'Idempotency-Key', detail: expect.stringContaining('1 to 255 visible ASCII') },
    ]);
  });
});
