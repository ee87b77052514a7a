import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { events } from '../../support/events.js';
import { GatedS3ClientFactory } from '../../support/gated-s3.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { exportsPath, post, settled } from './export-api.js';

let store: EmbeddedStore;
let service: Service;
const gates = new GatedS3ClientFactory();

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, bindings: [{ provide: S3ClientFactory, useValue: gates }] });
  await service.seed('eng-1', { '1.jsonl': events(5) });
  await service.seed('eng-bad', { '1.jsonl': 'rubbish\n' });
});
afterEach(() => gates.release());
afterAll(async () => {
  await service.close();
  await store.close();
});

const link = (prefer?: string, engagement = 'eng-1', method = 'GET') =>
  service.get(
    `/auditforge/engagement/${engagement}/audit-log?delivery=signed_url`,
    prefer === undefined ? {} : { prefer },
    method,
  );

describe('Preference-Applied', () => {
  it.each<[string, number, string | undefined]>([
    ['wait=30', 201, 'wait=30'],
    ['WAIT="30"', 201, 'wait=30'],
    ['wait=300', 201, 'wait=30'],
    ['return=minimal, wait=29; x', 201, 'wait=29'],
    ['wait=ten', 202, undefined],
    ['respond-async', 202, undefined],
  ])('of POST with %s', async (prefer, status, applied) => {
    const answer = await post(service, 'eng-1', { headers: { prefer } });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([status, applied]);
    await settled(service, 'eng-1');
  });

  it.each<[string, number, string | undefined]>([
    ['respond-async, wait=30', 200, 'respond-async, wait=30'],
    ['wait=31, Respond-Async', 200, 'respond-async, wait=30'],
    // Without respond-async nothing is different.
    ['wait=30', 200, undefined],
    ['respond-async=later', 200, undefined],
  ])('of GET with %s', async (prefer, status, applied) => {
    const answer = await link(prefer);
    expect([answer.status, answer.headers['preference-applied']]).toEqual([status, applied]);
    expect('state' in answer.json<object>()).toBe(applied !== undefined);
  });

  it('says that the time was waited, where the export is not ready after it', async () => {
    gates.hold('GetObject', 'auditforge/audit/eng-1/');
    const [old, fresh, none] = await Promise.all([
      link('respond-async, wait=1'),
      post(service, 'eng-1', { headers: { prefer: 'wait=1' } }),
      link('respond-async'),
    ]);
    expect([old, fresh, none].map((answer) => [answer.status, answer.headers['preference-applied']])).toEqual(
      [
        [202, 'respond-async, wait=1'],
        [202, 'wait=1'],
        [202, 'respond-async'],
      ],
    );
    expect(old.headers['retry-after']).toBe('2');
    gates.release();
    await settled(service, 'eng-1');
  });

  it('comes of several headers, too', async () => {
    const answer = await send(`${service.url}${exportsPath('eng-1')}`, {
      method: 'POST',
      headers: { 'x-admin-token': ADMIN_TOKEN, prefer: ['return=minimal', 'wait=30', 'wait=1'] },
    });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([201, 'wait=30']);
  });
});

describe('Vary', () => {
  it.each([
    ['a link', undefined, 'eng-1', 'GET', 200],
    ['a link that comes later', 'respond-async', 'eng-1', 'GET', 202],
    ['its head', undefined, 'eng-1', 'HEAD', 200],
    ['a failure that was waited for', 'respond-async, wait=30', 'eng-bad', 'GET', 502],
  ])('names Prefer for %s', async (_, prefer, engagement, method, status) => {
    const answer = await link(prefer, engagement, method);
    expect([answer.status, answer.headers.vary]).toEqual([status, 'Prefer']);
  });

  it('does not for a stream, which is the same whatever is preferred', async () => {
    const answer = await service.log('eng-1', '', { prefer: 'respond-async' });
    expect([answer.status, answer.headers.vary]).toEqual([200, 'Accept-Encoding']);
    expect(answer.body.toString()).toBe(events(5));
  });
});
