import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event, events } from '../../support/events.js';
import { GatedS3ClientFactory } from '../../support/gated-s3.js';
import { Service } from '../../support/service.js';
import { until } from '../../support/until.js';
import { cancel, ended, look, post, ready, recordKey, type ExportAnswer } from './export-api.js';

let store: EmbeddedStore;
let service: Service;
const gates = new GatedS3ClientFactory();

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, bindings: [{ provide: S3ClientFactory, useValue: gates }] });
  for (const engagement of ['eng-queued', 'eng-running', 'eng-completing', 'eng-done'])
    await service.seed(engagement, { '1.jsonl': events(5), '2.jsonl': events(5, 5) });
  await service.seed('eng-large', { '1.jsonl': events(3000, 0, 3000), '2.jsonl': events(3000, 0, 3000) });
  await service.seed('eng-bad', { '1.jsonl': 'rubbish\n' });
});
afterEach(() => gates.release());
afterAll(async () => {
  await service.close();
  await store.close();
});

const accepted = async (engagement: string): Promise<string> =>
  (await post(service, engagement)).json<ExportAnswer>().export_id;
const codeOf = async (engagement: string, id: string): Promise<unknown[]> => {
  const answer = await cancel(service, engagement, id);
  return [answer.status, answer.body.length === 0 ? undefined : answer.json<ExportAnswer>().code];
};

describe('an export that is cancelled', () => {
  it('while it is queued never begins, and a second time is cancelled as well', async () => {
    const gate = gates.hold('GetObject', 'auditforge/audit/eng-queued/');
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push(await accepted('eng-queued'));
    await until(() => gate.held > 0);
    const last = ids.at(-1)!;
    expect((await look(service, 'eng-queued', last)).json<ExportAnswer>().state).toBe('queued');
    expect(await codeOf('eng-queued', last)).toEqual([204, undefined]);
    expect(await codeOf('eng-queued', last)).toEqual([204, undefined]);
    // Its turn would have come before that of this one.
    const later = await accepted('eng-queued');
    gates.release();
    for (const id of [...ids.slice(0, -1), later])
      expect((await ended(service, 'eng-queued', id)).state).toBe('ready');
    expect((await look(service, 'eng-queued', last)).json<ExportAnswer>().state).toBe('cancelled');
    expect(await service.exportsOf('eng-queued')).toHaveLength(5);
    const record = await service.read(recordKey('eng-queued', last, '.cancelled.json'));
    expect(JSON.parse(record.body.toString())).toMatchObject({
      export_id: last,
      cancelled_by: { kind: 'admin', subject: 'ops' },
      cancelled_at: expect.any(String),
    });
  });

  it('while it runs leaves nothing in the store', async () => {
    const gate = gates.hold('GetObject', 'auditforge/audit/eng-running/');
    const id = await accepted('eng-running');
    await until(() => gate.held > 0);
    expect((await look(service, 'eng-running', id)).json<ExportAnswer>().state).toBe('running');
    expect(await codeOf('eng-running', id)).toEqual([204, undefined]);
    gates.release();
    expect((await look(service, 'eng-running', id)).json<ExportAnswer>().state).toBe('cancelled');
    const next = await ready(service, 'eng-running');
    expect(await service.exportsOf('eng-running')).toEqual([next.s3_key]);
    expect((await look(service, 'eng-running', id)).json<ExportAnswer>().state).toBe('cancelled');
  });

  it('in the middle of an upload leaves no open upload', async () => {
    const gate = gates.hold('UploadPart', 'auditforge/exports/eng-large-');
    const id = await accepted('eng-large');
    await until(() => gate.held > 0);
    expect(await service.openUploads()).toBe(1);
    expect(await codeOf('eng-large', id)).toEqual([204, undefined]);
    gates.release();
    expect((await ready(service, 'eng-large')).state).toBe('ready');
    // The upload is aborted after the answer; one that never is fails by the time limit.
    while ((await service.openUploads()) > 0);
    expect(await service.exportsOf('eng-large')).toHaveLength(1);
  });

  it('when its object is being completed is told that it is too late', async () => {
    const gate = gates.hold('PutObject', 'auditforge/exports/eng-completing-');
    const id = await accepted('eng-completing');
    await until(() => gate.held > 0);
    expect(await codeOf('eng-completing', id)).toEqual([409, 'export_finished']);
    gates.release();
    expect((await ended(service, 'eng-completing', id)).state).toBe('ready');
  });

  it('when it is done or has failed is told so, and 404 where there is none', async () => {
    const done = await ready(service, 'eng-done');
    expect(await codeOf('eng-done', done.export_id)).toEqual([409, 'export_finished']);
    const failed = await ready(service, 'eng-bad');
    expect(failed.state).toBe('failed');
    expect(await codeOf('eng-bad', failed.export_id)).toEqual([409, 'export_finished']);
    const none = '20260101T000000Z-aaaaaaaaaa';
    expect(await codeOf('eng-done', none)).toEqual([404, 'export_not_found']);
    await service.seed('eng-other', { '1.jsonl': event(1) });
    expect(await codeOf('eng-other', done.export_id)).toEqual([404, 'export_not_found']);
  });
});
