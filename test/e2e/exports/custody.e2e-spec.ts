import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event, events } from '../../support/events.js';
import { GatedS3ClientFactory } from '../../support/gated-s3.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { sessionToken } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';
import { exportsPath, look, post, ready, settled, streamed, type ExportAnswer } from './export-api.js';
import { shardKeys, trailOf, trailOfLength, type TrailEvent } from './trail.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let store: EmbeddedStore;
let service: Service;
const gates = new GatedS3ClientFactory();

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({
    store,
    versioned: true,
    environment: { AUDITFORGE_CUSTODY_TRAIL: 'true' },
    bindings: [{ provide: S3ClientFactory, useValue: gates }],
  });
});
afterEach(() => gates.release());
afterAll(async () => {
  await service.close();
  await store.close();
});

const seed = (engagement: string) =>
  service.seed(engagement, { '0001.jsonl': events(5), '0002.jsonl': events(5, 5) });
const issues = (trail: TrailEvent[]) => trail.map(({ metadata }) => metadata.issue);
const fields = (answer: ExportAnswer) => {
  const { s3_key, s3_version_id, sha256, event_count, size_bytes, expires_at } = answer;
  return { s3_key, s3_version_id, sha256, event_count, size_bytes, expires_at };
};

/** One line, with these members in this order. */
function expectLine({ text, ts }: TrailEvent, rest: object): void {
  expect(ts).toMatch(ISO);
  expect(text).toBe(`${JSON.stringify({ event: 'audit_log_export', ts, ...rest })}\n`);
  expect(text).not.toMatch(/X-Amz|https?:|signature/i);
}

describe('the event of a link', () => {
  it('holds who has what from when, and no link', async () => {
    await seed('eng-sync');
    const authorization = `Bearer ${await sessionToken(['eng-sync'])}`;
    const url = `${service.url}/auditforge/engagement/eng-sync/audit-log?delivery=signed_url&expires_in=90`;
    const headers = { authorization, 'x-request-id': 'req-sync' };
    const answer = (await send(url, { headers })).json<ExportAnswer>();
    const [only, ...more] = (await trailOf(service, 'eng-sync')) as [TrailEvent];
    expect(more).toEqual([]);
    const { expires_at, ...object } = fields(answer);
    expectLine(only, {
      actor: { kind: 'session', subject: 'reviewer@example.com' },
      request_id: 'req-sync',
      metadata: {
        engagement_id: 'eng-sync',
        export_id: answer.export_id,
        delivery: 'signed_url',
        issue: 'first',
        format: 'jsonl',
        ...object,
        expires_at,
      },
    });
    expect(object).toMatchObject({ event_count: 10, s3_version_id: expect.any(String) });
  });

  it('says that it is renewed from the second one on, whoever asks', async () => {
    await seed('eng-renewed');
    const made = (await service.log('eng-renewed', 'delivery=signed_url&format=json')).json<ExportAnswer>();
    const headers = { 'x-request-id': 'req-again' };
    const path = exportsPath('eng-renewed', `/${made.export_id}?expires_in=3600`);
    const again = (await service.get(path, headers)).json<ExportAnswer>();
    const [first, renewed, ...more] = (await trailOf(service, 'eng-renewed')) as [TrailEvent, TrailEvent];
    expect([issues([first]), more]).toEqual([['first'], []]);
    const { expires_at, ...object } = fields(again);
    expectLine(renewed, {
      actor: { kind: 'admin', subject: 'ops' },
      request_id: 'req-again',
      metadata: {
        engagement_id: 'eng-renewed',
        export_id: made.export_id,
        delivery: 'signed_url',
        issue: 'renewed',
        format: 'json',
        ...object,
        expires_at,
      },
    });
    expect(object).toEqual({ ...fields(made), expires_at: undefined });
  });

  it('of an export that was queued is the first when it is first handed over', async () => {
    await seed('eng-queued');
    const { export_id } = (await post(service, 'eng-queued')).json<ExportAnswer>();
    await settled(service, 'eng-queued');
    await service.get(exportsPath('eng-queued', `/${export_id}`), {}, 'HEAD');
    // Neither to have it done nor to look at it without a link is to have it.
    expect(await trailOf(service, 'eng-queued')).toEqual([]);
    await service.putShard('eng-queued', '0003.jsonl', event(10));
    for (let at = 0; at < 3; at++) await look(service, 'eng-queued', export_id);
    expect(issues(await trailOf(service, 'eng-queued'))).toEqual(['first', 'renewed', 'renewed']);
  });

  it('is the first of one alone where many ask at once', async () => {
    await seed('eng-many');
    const { export_id } = (await post(service, 'eng-many')).json<ExportAnswer>();
    await settled(service, 'eng-many');
    const answers = await Promise.all(Array.from({ length: 10 }, () => look(service, 'eng-many', export_id)));
    expect(answers.every((answer) => answer.json<ExportAnswer>().state === 'ready')).toBe(true);
    const trail = issues(await trailOf(service, 'eng-many'));
    expect(trail.filter((issue) => issue === 'first')).toHaveLength(1);
    expect(trail.filter((issue) => issue === 'renewed')).toHaveLength(9);
  });

  it('of a POST that waits is the first, and of the same one again renewed', async () => {
    await seed('eng-key');
    const headers = { prefer: 'wait=30', 'idempotency-key': 'k-1' };
    for (let at = 0; at < 2; at++) expect((await post(service, 'eng-key', { headers })).status).toBe(201);
    const old = await service.log('eng-key', 'delivery=signed_url', { prefer: 'respond-async, wait=30' });
    expect(old.status).toBe(200);
    expect(issues(await trailOf(service, 'eng-key'))).toEqual(['first', 'renewed', 'first']);
  });

  it('is not there for a log without an event, nor where the trail is off', async () => {
    await service.seed('eng-empty', {});
    await ready(service, 'eng-empty');
    await service.log('eng-empty', 'delivery=signed_url');
    expect(await shardKeys(service, 'eng-empty')).toEqual([]);
    const plain = await Service.start({ store });
    await plain.seed('eng-1', { '1.jsonl': event(1) });
    await ready(plain, 'eng-1');
    await plain.log('eng-1');
    await plain.close();
    expect(await shardKeys(plain, 'eng-1')).toEqual(['auditforge/audit/eng-1/1.jsonl']);
  });
});

describe('the event of a stream', () => {
  it('that came to its end says so, with the digest of the log', async () => {
    await seed('eng-stream');
    const answer = await service.log('eng-stream', '', { 'x-request-id': 'req-s', te: 'trailers' });
    const [only] = (await trailOfLength(service, 'eng-stream', 1)) as [TrailEvent];
    const digest = Buffer.from(answer.trailers['repr-digest']!.slice('sha-256=:'.length, -1), 'base64');
    expectLine(only, {
      actor: { kind: 'admin', subject: 'ops' },
      request_id: 'req-s',
      metadata: {
        engagement_id: 'eng-stream',
        export_id: null,
        delivery: 'stream',
        format: 'jsonl',
        s3_key: null,
        s3_version_id: null,
        sha256: digest.toString('hex'),
        event_count: 10,
        size_bytes: answer.body.length,
        outcome: 'complete',
        bytes_sent: answer.body.length,
      },
    });
  });

  it('that its client left says how much of the log went out', async () => {
    await seed('eng-cut');
    const gate = gates.hold('GetObject', 'auditforge/audit/eng-cut/0002');
    const stream = await streamed(service, 'eng-cut', { 'x-request-id': 'req-cut' });
    const first = await stream.read(Buffer.byteLength(events(5)));
    expect(first.toString()).toBe(events(5));
    await until(() => gate.held > 0);
    await stream.leave();
    gates.release();
    const [only] = (await trailOfLength(service, 'eng-cut', 1)) as [TrailEvent];
    expectLine(only, {
      actor: { kind: 'admin', subject: 'ops' },
      request_id: 'req-cut',
      metadata: {
        engagement_id: 'eng-cut',
        export_id: null,
        delivery: 'stream',
        format: 'jsonl',
        s3_key: null,
        s3_version_id: null,
        sha256: null,
        event_count: null,
        size_bytes: null,
        outcome: 'aborted',
        bytes_sent: first.length,
      },
    });
  });

  it('counts the bytes of the log, not those of their coding', async () => {
    await seed('eng-gzip');
    const plain = Buffer.byteLength(events(10));
    const answer = await service.log('eng-gzip', '', { 'accept-encoding': 'gzip' });
    expect(answer.body.length).not.toBe(plain);
    const [only] = (await trailOfLength(service, 'eng-gzip', 1)) as [TrailEvent];
    expect(only.metadata).toMatchObject({ outcome: 'complete', bytes_sent: plain });
  });
});
