import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../testing/client.js';
import { entry, EXPORT_ID, exportId, standing } from '../testing/exports.js';
import { createAuditForgeClient } from './client.js';
import { AuditForgeProblem, UnexpectedAnswer } from './errors.js';

const LOG = '/auditforge/engagement/eng-abc123/audit-log';
const ONE = `${LOG}/exports/${EXPORT_ID}`;

type Reply = Response | Error | ((init: RequestInit) => Promise<Response>);

/** A service that gives these answers, one after the other, and what it was asked. */
function serviceOf(...replies: Reply[]) {
  const asked: string[] = [];
  const fetch = vi.fn<typeof globalThis.fetch>(async (url, init) => {
    asked.push(`${init!.method} ${url as string}`);
    const reply = replies.shift();
    if (reply instanceof Response) return reply;
    if (typeof reply === 'function') return reply(init!);
    throw reply ?? new Error(`Nobody expects ${url as string}.`);
  });
  return { client: createAuditForgeClient({ fetch }), asked, fetch };
}

const accepted = (headers: Record<string, string> = {}) =>
  Response.json(standing('queued'), {
    status: 202,
    headers: { location: ONE, 'retry-after': '3', 'x-request-id': 'req-1', ...headers },
  });
const under = (shards: number, retryAfter = '2') =>
  Response.json(standing('running', shards), { headers: { 'retry-after': retryAfter } });
const problem = (status: number, code: string, headers = {}) =>
  Response.json({ code, detail: 'What is wrong.', request_id: 'req-2' }, { status, headers });
/** Holds a request until it is aborted. */
const never: Reply = ({ signal }) =>
  new Promise((_, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
  });

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
/** How a promise has ended, without waiting for it. */
function outcomeOf(promise: Promise<unknown>) {
  const outcome: { value?: unknown; error?: unknown } = {};
  promise.then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  );
  return outcome;
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-08T11:20:00Z') });
});

describe('a link', () => {
  it('is asked for as one that may come later, and is what it was where it comes at once', async () => {
    const link = answer({ export_id: EXPORT_ID });
    const { client, fetch } = serviceOf(Response.json({ ...link, state: 'ready' }));
    expect(await client.getAuditLogSignedUrl('eng-abc123')).toEqual(link);
    expect((fetch.mock.calls[0]![1]!.headers as Headers).get('prefer')).toBe('respond-async, wait=10');
  });

  it('is followed to where the answer points, no sooner than it says, until it is there', async () => {
    const link = answer({ export_id: EXPORT_ID, expires_in: 300 });
    const { client, asked } = serviceOf(
      accepted(),
      under(4, '7'),
      Response.json({ ...link, state: 'ready' }),
    );
    const onProgress = vi.fn();
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123', 'jsonl', 300, { onProgress }));
    await pass(2.9);
    expect(asked).toEqual([`GET ${LOG}?format=jsonl&delivery=signed_url&expires_in=300`]);
    await pass(0.2);
    expect(asked.slice(1)).toEqual([`GET ${ONE}?expires_in=300`]);
    await pass(6.8);
    expect(asked).toHaveLength(2);
    expect(outcome).toEqual({});
    await pass(0.2);
    expect(outcome).toEqual({ value: link });
    expect(onProgress.mock.calls.map(([{ state, progress }]) => [state, progress.shards.done])).toEqual([
      ['queued', 0],
      ['running', 4],
    ]);
  });

  it('is found by its id where another origin may not read where the answer points', async () => {
    const hidden = new Response(JSON.stringify(standing('queued')), { status: 202 });
    const { client, asked } = serviceOf(hidden, Response.json(answer()));
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123'));
    await pass(2);
    expect(asked[1]).toBe(`GET ${ONE}?expires_in=600`);
    expect(outcome.value).toMatchObject({ engagement_id: 'eng-abc123' });
  });

  it('never takes the credential to another service', async () => {
    const elsewhere = accepted({ location: `https://elsewhere.example${ONE}` });
    const { client, asked } = serviceOf(elsewhere, Response.json(answer()));
    outcomeOf(client.getAuditLogSignedUrl('eng-abc123'));
    await pass(3);
    expect(asked[1]).toBe(`GET ${ONE}?expires_in=600`);
  });

  it.each([
    ['is cut off', () => new TypeError('Failed to fetch'), 2],
    ['is asked too often', () => problem(429, 'too_many_requests', { 'retry-after': '5' }), 5],
    ['restarts', () => problem(503, 'shutting_down', { 'retry-after': '4' }), 4],
  ])('is not given up when the service %s for a while', async (_, failure, seconds) => {
    const { client, asked } = serviceOf(accepted(), failure(), Response.json(answer()));
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123'));
    await pass(3 + seconds - 0.1);
    expect(asked).toHaveLength(2);
    await pass(0.2);
    expect(outcome.value).toMatchObject({ signed_url: answer().signed_url });
  });

  it('is given up when the service stays away', async () => {
    const failures = Array.from({ length: 9 }, () => problem(503, 'storage_unavailable'));
    const { client, asked } = serviceOf(accepted(), ...failures);
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123'));
    await pass(60);
    expect(outcome.error).toMatchObject({ code: 'storage_unavailable' });
    expect(asked).toHaveLength(6);
  });

  it.each([
    ['failed', 'corrupt_shard', 'corrupt_shard'],
    ['failed', 'lost_at_restart', 'lost_at_restart'],
    ['cancelled', undefined, 'cancelled'],
  ] as const)('of an export that is %s (%s) is a problem', async (state, reason, code) => {
    const ended = () => Response.json(standing(state, 0, reason), { headers: { 'x-request-id': 'req-1' } });
    const later = outcomeOf(serviceOf(accepted(), ended()).client.getAuditLogSignedUrl('eng-abc123'));
    await pass(3);
    const atOnce = outcomeOf(serviceOf(ended()).client.getAuditLogSignedUrl('eng-abc123'));
    await pass(0);
    for (const { error } of [later, atOnce]) {
      expect(error).toBeInstanceOf(AuditForgeProblem);
      expect(error).toMatchObject({ code, requestId: 'req-1' });
    }
  });

  it.each([
    ['a state that is not known', { ...standing('queued'), state: 'asleep' }],
    ['no id', { ...standing('queued'), export_id: undefined }],
    ['no progress', { ...standing('queued'), progress: {} }],
  ])('is refused where the answer has %s', async (_, body) => {
    const { client } = serviceOf(Response.json(body, { status: 202 }));
    await expect(client.getAuditLogSignedUrl('eng-abc123')).rejects.toThrow(UnexpectedAnswer);
  });
});

describe('an export that is given up', () => {
  it.each<[string, Reply[], number]>([
    ['between two looks', [accepted()], 1],
    ['while it is looked at', [accepted(), never], 3.5],
  ])('%s is cancelled at the service too, and the abort is told', async (_, replies, after) => {
    const { client, asked, fetch } = serviceOf(...replies, new Response(null, { status: 204 }));
    const controller = new AbortController();
    const { signal } = controller;
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123', 'jsonl', 600, { signal }));
    await pass(after);
    controller.abort();
    await pass(0);
    expect(asked.at(-1)).toBe(`DELETE ${ONE}`);
    expect(fetch.mock.lastCall![1]).toMatchObject({ keepalive: true, credentials: 'same-origin' });
    expect(outcome.error).toBe(signal.reason);
    await pass(60);
    expect(asked).toHaveLength(replies.length + 1);
  });

  it('is given up even if the service cannot be told, or has finished it', async () => {
    for (const failure of [new TypeError('Failed to fetch'), problem(409, 'export_finished')]) {
      const { client } = serviceOf(accepted(), failure);
      const controller = new AbortController();
      const { signal } = controller;
      const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123', 'jsonl', 600, { signal }));
      await pass(1);
      controller.abort();
      await pass(0);
      expect(outcome.error).toBe(signal.reason);
    }
  });

  it('before the service has said which it is, is left to the service', async () => {
    const { client, asked } = serviceOf(never);
    const controller = new AbortController();
    const { signal } = controller;
    const outcome = outcomeOf(client.getAuditLogSignedUrl('eng-abc123', 'jsonl', 600, { signal }));
    await pass(1);
    controller.abort();
    await pass(0);
    expect(outcome.error).toBe(signal.reason);
    expect(asked).toHaveLength(1);
  });
});

describe('the other calls', () => {
  it('renew a link, for as long as is asked for', async () => {
    const link = answer({ export_id: EXPORT_ID, expires_in: 60 });
    const { client, asked } = serviceOf(Response.json({ ...link, state: 'ready' }));
    expect(await client.renewExport('eng-abc123', EXPORT_ID, 60)).toEqual(link);
    expect(asked).toEqual([`GET ${ONE}?expires_in=60`]);
  });

  it('say that there is nothing to renew', async () => {
    const { client } = serviceOf(problem(410, 'export_gone'), Response.json(standing('cancelled')));
    await expect(client.renewExport('eng-abc123', EXPORT_ID)).rejects.toMatchObject({ code: 'export_gone' });
    await expect(client.renewExport('eng-abc123', EXPORT_ID)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('list exports, a page at a time', async () => {
    const body = { exports: [entry(2), { ...entry(1), state: 'failed' }], next_cursor: exportId(1) };
    const { client, asked } = serviceOf(
      Response.json(body, { headers: { 'retry-after': '9' } }),
      Response.json({ exports: [], next_cursor: null }),
    );
    expect(await client.listExports('eng-abc123')).toEqual({ ...body, retryAfterSeconds: 9 });
    await client.listExports('eng-abc123', { limit: 40, cursor: exportId(1) });
    expect(asked).toEqual([`GET ${LOG}/exports`, `GET ${LOG}/exports?limit=40&cursor=${exportId(1)}`]);
  });

  it('tell a service without records from an engagement that is not there', async () => {
    const { client } = serviceOf(problem(404, 'not_found'), problem(404, 'engagement_not_found'));
    expect(await client.listExports('eng-abc123')).toBeNull();
    await expect(client.listExports('eng-abc123')).rejects.toMatchObject({ code: 'engagement_not_found' });
  });

  it.each([
    ['no list', { exports: {}, next_cursor: null }],
    ['no cursor', { exports: [] }],
    ['an export of a state that is not known', { exports: [{ ...entry(1), state: 'x' }], next_cursor: null }],
    ['one that is ready without a size', { exports: [{ ...entry(1), size_bytes: null }], next_cursor: null }],
    ['one under way without progress', { exports: [{ ...entry(1), state: 'running' }], next_cursor: null }],
    ['nobody', { exports: [{ ...entry(1), requested_by: { kind: 'admin' } as never }], next_cursor: null }],
  ])('refuse a list with %s', async (_, body) => {
    await expect(serviceOf(Response.json(body)).client.listExports('eng-abc123')).rejects.toThrow(
      UnexpectedAnswer,
    );
  });

  it('cancel an export, and say if it has finished', async () => {
    const { client, asked } = serviceOf(new Response(null, { status: 204 }), problem(409, 'export_finished'));
    await client.cancelExport('eng-abc123', EXPORT_ID);
    await expect(client.cancelExport('eng-abc123', EXPORT_ID)).rejects.toMatchObject({ status: 409 });
    expect(asked).toEqual([`DELETE ${ONE}`, `DELETE ${ONE}`]);
  });
});
