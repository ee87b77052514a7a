import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event, events } from '../support/events.js';
import { send, type HttpAnswer } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../support/session-tokens.js';

const ID = /^\d{8}T\d{6}Z-[a-z2-7]{10}$/;

interface Answer {
  export_id: string;
  state: string;
  signed_url: string;
  sha256: string;
  s3_key: string;
  code: string;
  reason: string;
}

let store: EmbeddedStore;
let service: Service;
const path = (engagement: string, more = '') =>
  `/auditforge/engagement/${engagement}/audit-log/exports${more}`;

function ask(
  at: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  return send(service.url + at, {
    method,
    headers: {
      'x-admin-token': ADMIN_TOKEN,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}
const post = (engagement: string, body: unknown = {}, headers = {}) =>
  ask(path(engagement), { method: 'POST', body, headers });

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, versioned: true });
  await service.seed('eng-1', { '1.jsonl': events(20), '2.jsonl': event(21) });
  await service.seed('eng-empty', {});
});
afterAll(async () => {
  await service.close();
  await store.close();
});

/** Follows an export until it has ended. */
async function ended(location: string): Promise<Answer> {
  for (;;) {
    const answer = await ask(location);
    const state = answer.json<Answer>();
    if (state.state !== 'queued' && state.state !== 'running') return state;
    expect(answer.headers['retry-after']).toBe('2');
  }
}

describe('an export that outlives its request', () => {
  it('is accepted, found again, and leads to the bytes of the log', async () => {
    const accepted = await post('eng-1');
    expect(accepted.status).toBe(202);
    const { export_id, state, ...rest } = accepted.json<Answer & { progress: object }>();
    expect(export_id).toMatch(ID);
    expect(['queued', 'running']).toContain(state);
    expect(rest).toEqual({ progress: { shards: expect.any(Object), bytes: expect.any(Object) } });
    expect(accepted.headers).toMatchObject({
      location: path('eng-1', `/${export_id}`),
      'retry-after': '2',
    });
    const ready = await ended(accepted.headers.location!);
    expect(ready).toMatchObject({ state: 'ready', export_id, event_count: 21, engagement_id: 'eng-1' });
    const download = await fetch(ready.signed_url);
    const log = await service.log('eng-1');
    expect(Buffer.from(await download.arrayBuffer()).equals(log.body)).toBe(true);
  });

  it('answers 201 with the fields when it is done in the time that the client prefers to wait', async () => {
    const answer = await post('eng-1', { format: 'json', expires_in: 60 }, { prefer: 'wait=30' });
    expect(answer.status).toBe(201);
    expect(answer.headers['preference-applied']).toBe('wait=30');
    const ready = answer.json<Answer>();
    expect(ready).toMatchObject({ state: 'ready', format: 'json', expires_in: 60 });
    expect(answer.headers.location).toBe(path('eng-1', `/${ready.export_id}`));
  });

  it('is what the old GET becomes with Prefer: respond-async, and only then', async () => {
    const old = '/auditforge/engagement/eng-1/audit-log?delivery=signed_url';
    const plain = await ask(old);
    expect([plain.status, plain.headers.vary]).toEqual([200, 'Prefer']);
    expect(plain.json()).not.toHaveProperty('state');
    const later = await ask(old, { headers: { prefer: 'respond-async' } });
    expect(later.status).toBe(202);
    expect(later.headers['preference-applied']).toBe('respond-async');
    expect((await ended(later.headers.location!)).state).toBe('ready');
    const soon = await ask(old, { headers: { prefer: 'respond-async, wait=30' } });
    expect([soon.status, soon.json<Answer>().state]).toEqual([200, 'ready']);
  });

  it('of a log without an event is ready, and has no link', async () => {
    const answer = await post('eng-empty', {}, { prefer: 'wait=30' });
    expect(answer.json()).toMatchObject({ state: 'ready', empty: true, signed_url: null, sha256: null });
    expect(await service.exportsOf('eng-empty')).toEqual([]);
  });

  it('has its link renewed, to the same object', async () => {
    const first = (await post('eng-1', {}, { prefer: 'wait=30' })).json<Answer>();
    const objects = (await service.exportsOf('eng-1')).length;
    const again = await ask(path('eng-1', `/${first.export_id}?expires_in=3600`));
    const { s3_key, sha256 } = first;
    expect(again.json()).toMatchObject({ state: 'ready', s3_key, sha256, expires_in: 3600 });
    expect(await (await fetch(again.json<Answer>().signed_url)).text()).toBe(
      (await service.log('eng-1')).body.toString(),
    );
    expect(await service.exportsOf('eng-1')).toHaveLength(objects);
    const head = await ask(path('eng-1', `/${first.export_id}`), { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it('cannot be cancelled any more', async () => {
    const { export_id } = (await post('eng-1', {}, { prefer: 'wait=30' })).json<Answer>();
    const answer = await ask(path('eng-1', `/${export_id}`), { method: 'DELETE' });
    expect([answer.status, answer.json<Answer>().code]).toEqual([409, 'export_finished']);
  });

  it('is 404 where there is none, and 422 where its id cannot be one', async () => {
    const none = await ask(path('eng-1', '/20260101T000000Z-aaaaaaaaaa'));
    expect([none.status, none.json<Answer>().code]).toEqual([404, 'export_not_found']);
    expect((await ask(path('eng-1', '/latest'))).status).toBe(422);
    const other = (await post('eng-1', {}, { prefer: 'wait=30' })).json<Answer>().export_id;
    expect((await ask(path('eng-empty', `/${other}`))).status).toBe(404);
  });

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['an unknown member', { formt: 'json' }, {}, 422, 'invalid_parameters'],
    ['a format in capitals', { format: 'JSON' }, {}, 422, 'invalid_parameters'],
    ['seconds as text', { expires_in: '600' }, {}, 422, 'invalid_parameters'],
    ['too many seconds', { expires_in: 3601 }, {}, 422, 'invalid_parameters'],
    ['a list', [], {}, 400, 'malformed_request'],
    ['another type', {}, { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['more than 4 KiB', { format: 'x'.repeat(4096) }, {}, 413, 'body_too_large'],
    ['a bad key', {}, { 'idempotency-key': 'a b' }, 422, 'invalid_parameters'],
  ])('is refused with %s', async (_, body, headers, status, code) => {
    const answer = await post('eng-1', body, headers);
    expect([answer.status, answer.json<Answer>().code]).toEqual([status, code]);
  });

  it('is one for the same key and body, another for another caller', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const [first, second] = await Promise.all([post('eng-1', {}, headers), post('eng-1', {}, headers)]);
    expect(second.headers.location).toBe(first.headers.location);
    const other = await post('eng-1', { format: 'json' }, headers);
    expect([other.status, other.json<Answer>().code]).toEqual([422, 'idempotency_key_reused']);
    const authorization = `Bearer ${await sessionToken(['eng-1'])}`;
    const stranger = await send(service.url + path('eng-1'), {
      method: 'POST',
      headers: { ...headers, authorization },
    });
    expect(stranger.status).toBe(202);
    expect(stranger.headers.location).not.toBe(first.headers.location);
  });

  it('is in the history, newest first, page by page, without a link', async () => {
    await service.seed('eng-history', { '1.jsonl': event(1) });
    const made: string[] = [];
    for (let at = 0; at < 5; at++)
      made.push((await post('eng-history', {}, { prefer: 'wait=30' })).json<Answer>().export_id);
    const sync = (await service.log('eng-history', 'delivery=signed_url')).json<Answer>().export_id;
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await ask(path('eng-history', `?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`));
      expect(page.body.toString()).not.toContain('X-Amz-');
      const { exports, next_cursor } = page.json<{ exports: Answer[]; next_cursor: string | null }>();
      for (const entry of exports)
        expect(entry).toMatchObject({ state: 'ready', requested_by: { kind: 'admin', subject: 'ops' } });
      seen.push(...exports.map(({ export_id }) => export_id));
      cursor = next_cursor;
    }
    expect(seen).toEqual([...made, sync].toSorted().toReversed());
  });

  it('needs records: without them there are no such routes', async () => {
    const bare = await Service.start({ store, environment: { AUDITFORGE_EXPORT_RECORDS: 'false' } });
    await bare.seed('eng-1', { '1.jsonl': event(1) });
    const answer = await bare.get(path('eng-1'));
    expect([answer.status, answer.json<Answer>().code]).toEqual([404, 'not_found']);
    const link = await bare.log('eng-1', 'delivery=signed_url', { prefer: 'respond-async' });
    expect([link.status, link.json<Answer>().export_id]).toEqual([200, null]);
    await bare.close();
  });
});
