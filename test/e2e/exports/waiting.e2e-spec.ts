import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { events } from '../../support/events.js';
import { GatedS3ClientFactory } from '../../support/gated-s3.js';
import { Service } from '../../support/service.js';
import { until } from '../../support/until.js';
import {
  cancel,
  exportsPath,
  history,
  impatient,
  post,
  ready,
  recordKey,
  settled,
  type ExportAnswer,
} from './export-api.js';

let store: EmbeddedStore;
let service: Service;
const gates = new GatedS3ClientFactory();

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, bindings: [{ provide: S3ClientFactory, useValue: gates }] });
});
afterEach(() => gates.release());
afterAll(async () => {
  await service.close();
  await store.close();
});

const WAITING = { prefer: 'respond-async, wait=30' };
const oldPath = (engagement: string) => `/auditforge/engagement/${engagement}/audit-log?delivery=signed_url`;
const stateOf = async (engagement: string) => (await history(service, engagement)).map(({ state }) => state);

async function seed(engagement: string): Promise<void> {
  await service.seed(engagement, { '1.jsonl': events(5), '2.jsonl': events(5, 5) });
}

/** Nothing of what was cancelled is there, nor will be: an export that is asked for later is. */
async function expectNothingLeft(engagement: string): Promise<void> {
  expect((await settled(service, engagement)).map(({ state }) => state)).toEqual(['cancelled']);
  const [cancelled] = await history(service, engagement);
  gates.release();
  const later = await ready(service, engagement);
  expect(await service.exportsOf(engagement)).toEqual([later.s3_key]);
  expect(await service.openUploads()).toBe(0);
  expect((await stateOf(engagement)).toSorted()).toEqual(['cancelled', 'ready']);
  const record = await service.read(recordKey(engagement, cancelled!.export_id, '.cancelled.json'));
  expect(JSON.parse(record.body.toString())).toMatchObject({
    cancelled_by: { kind: 'admin', subject: 'ops' },
  });
}

describe('a client that leaves while it waits for GET with respond-async', () => {
  it('has the export that runs for it cancelled: it never learnt where it is', async () => {
    await seed('eng-left');
    const gate = gates.hold('GetObject', 'auditforge/audit/eng-left/');
    const client = impatient(service, oldPath('eng-left'), WAITING);
    await until(() => gate.held > 0);
    expect(await stateOf('eng-left')).toEqual(['running']);
    await client.leave();
    await expectNothingLeft('eng-left');
  });

  it('has one cancelled that is still queued', async () => {
    await seed('eng-line');
    await seed('eng-waits');
    const gate = gates.hold('GetObject', 'auditforge/audit/eng-line/');
    for (let at = 0; at < 4; at++) await post(service, 'eng-line');
    await until(() => gate.held > 0);
    const client = impatient(service, oldPath('eng-waits'), WAITING);
    while ((await stateOf('eng-waits')).length === 0);
    expect(await stateOf('eng-waits')).toEqual(['queued']);
    await client.leave();
    await expectNothingLeft('eng-waits');
    await settled(service, 'eng-line');
  });

  it('has one cancelled that is being accepted', async () => {
    await seed('eng-accepted');
    const gate = gates.hold('PutObject', 'auditforge/export-records/eng-accepted/');
    const client = impatient(service, oldPath('eng-accepted'), WAITING);
    await until(() => gate.held > 0);
    await client.leave();
    gates.release();
    await expectNothingLeft('eng-accepted');
  });

  it('leaves one alone that is done', async () => {
    await seed('eng-signed');
    const ofTheEnd = /[a-z2-7]{10}\.json$/;
    const gate = gates.hold('GetObject', 'auditforge/export-records/eng-signed/', ofTheEnd);
    const client = impatient(service, oldPath('eng-signed'), WAITING);
    await until(() => gate.held > 0);
    await client.leave();
    gates.release();
    expect((await settled(service, 'eng-signed')).map(({ state }) => state)).toEqual(['ready']);
    expect(await service.exportsOf('eng-signed')).toHaveLength(1);
  });
});

describe('a client that leaves while it waits for POST', () => {
  it.each([
    ['without a key, has its export done: the history shows it', 'eng-post', {}],
    ['with a key, has its export done, and is led to it again', 'eng-key', { 'idempotency-key': 'k-left' }],
  ])('%s', async (_, engagement, key) => {
    await seed(engagement);
    const gate = gates.hold('GetObject', `auditforge/audit/${engagement}/`);
    const client = impatient(service, exportsPath(engagement), { prefer: 'wait=30', ...key }, 'POST');
    await until(() => gate.held > 0);
    await client.leave();
    gates.release();
    const [only, ...more] = await settled(service, engagement);
    expect([only!.state, more]).toEqual(['ready', []]);
    if (!('idempotency-key' in key)) return;
    const again = await post(service, engagement, { headers: key });
    expect([again.status, again.headers.location]).toEqual([
      201,
      exportsPath(engagement, `/${only!.export_id}`),
    ]);
  });
});

describe('an export that ends otherwise while its client waits', () => {
  /** The answer to a request whose export is cancelled as it runs. */
  async function cancelledMeanwhile(engagement: string, ask: () => Promise<{ status: number }>) {
    await seed(engagement);
    const gate = gates.hold('GetObject', `auditforge/audit/${engagement}/`);
    const answer = ask();
    await until(() => gate.held > 0);
    const [{ export_id: id }] = (await history(service, engagement)) as [ExportAnswer];
    expect((await cancel(service, engagement, id)).status).toBe(204);
    gates.release();
    return { id, answer: await answer };
  }

  it('by being cancelled is a 409 for GET, which asked for a link', async () => {
    const log = () => service.log('eng-old', 'delivery=signed_url', WAITING);
    const { answer } = await cancelledMeanwhile('eng-old', log);
    const { headers, status, ...rest } = answer as Awaited<ReturnType<typeof log>>;
    expect([status, headers.vary]).toEqual([409, 'Prefer']);
    expect(JSON.parse(rest.body.toString())).toMatchObject({
      code: 'export_finished',
      detail: 'This export was cancelled before it was done. Ask again for another one.',
    });
  });

  it('by being cancelled is a 202 for POST, whose export there is', async () => {
    const ask = () => post(service, 'eng-new', { headers: { prefer: 'wait=30' } });
    const { id, answer } = await cancelledMeanwhile('eng-new', ask);
    const { headers, status, body } = answer as Awaited<ReturnType<typeof ask>>;
    expect([status, headers.location, headers['retry-after'], headers['preference-applied']]).toEqual([
      202,
      exportsPath('eng-new', `/${id}`),
      undefined,
      'wait=30',
    ]);
    expect(JSON.parse(body.toString())).toMatchObject({ export_id: id, state: 'cancelled' });
  });

  it('by failing is the problem of its failure for GET', async () => {
    await service.seed('eng-bad', { '1.jsonl': 'rubbish\n' });
    const answer = await service.log('eng-bad', 'delivery=signed_url', WAITING);
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([502, 'corrupt_shard']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('by failing is a 202 for POST, with the reason', async () => {
    await service.seed('eng-worse', { '1.jsonl': 'rubbish\n' });
    const answer = await post(service, 'eng-worse', { headers: { prefer: 'wait=30' } });
    const { export_id } = answer.json<ExportAnswer>();
    expect(answer.json()).toEqual({
      export_id,
      state: 'failed',
      progress: { shards: { done: 0, total: 0 }, bytes: { done: 0, total: 0 } },
      reason: 'corrupt_shard',
    });
    expect([answer.status, answer.headers.location]).toEqual([
      202,
      exportsPath('eng-worse', `/${export_id}`),
    ]);
    const again = await service.get(answer.headers.location!);
    expect([again.status, again.json()]).toEqual([200, answer.json()]);
  });
});
