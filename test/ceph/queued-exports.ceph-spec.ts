import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';
import type { StoreUnderTest } from '../contracts/store-under-test.js';
import {
  cancel,
  ended,
  exportsPath,
  look,
  post,
  recordKey,
  type ExportAnswer,
} from '../e2e/exports/export-api.js';
import { events } from '../support/events.js';
import { GatedS3ClientFactory } from '../support/gated-s3.js';
import { NO_RATES } from '../support/no-rates.js';
import { Service } from '../support/service.js';
import { until } from '../support/until.js';
import { openCephStore } from './ceph-store.js';

const SMALL = { '1.jsonl': events(5), '2.jsonl': events(5, 5) };
/** An upload of several parts. */
const LARGE = { '1.jsonl': events(6_000, 0, 2_000), '2.jsonl': events(6_000, 6_000, 2_000) };

describe.each([
  ['with versions', true],
  ['without versions', false],
])('queued exports on ceph, in a bucket %s', (_, versioned) => {
  let store: StoreUnderTest;
  let service: Service;
  const gates = new GatedS3ClientFactory();

  beforeAll(async () => {
    store = await openCephStore();
    const bindings = [{ provide: S3ClientFactory, useValue: gates }];
    service = await Service.start({ store, versioned, bindings, environment: NO_RATES });
    await service.seed('eng-small', SMALL);
    await service.seed('eng-large', LARGE);
    await service.seed('eng-empty', {});
  });
  afterEach(() => gates.release());
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  async function accepted(engagement: string): Promise<string> {
    const answer = await post(service, engagement);
    expect(answer.status).toBe(202);
    return answer.json<ExportAnswer>().export_id;
  }

  /** Holds back calls; tells how many have come. */
  function hold(command: string, keyStart: string): () => number {
    const gate = gates.gate();
    let held = 0;
    gates.before = (name, key) => {
      if (name !== command || !key.startsWith(keyStart)) return undefined;
      held++;
      return gate.opened;
    };
    return () => held;
  }

  it.each([
    ['a put', 'eng-small', SMALL],
    ['an upload', 'eng-large', LARGE],
  ])('are accepted, done, and renewed to the same version: %s', async (_kind, engagement, shards) => {
    const id = await accepted(engagement);
    const first = await ended(service, engagement, id);
    expect(first).toMatchObject({
      state: 'ready',
      export_id: id,
      s3_version_id: versioned ? expect.any(String) : null,
    });
    const again = (await service.get(exportsPath(engagement, `/${id}?expires_in=60`))).json<ExportAnswer>();
    const { s3_key, s3_version_id, sha256 } = first;
    expect(again).toMatchObject({ state: 'ready', s3_key, s3_version_id, sha256, expires_in: 60 });
    expect((await (await fetch(again.signed_url)).text()) === Object.values(shards).join('')).toBe(true);
    expect(new URL(again.signed_url).searchParams.get('versionId')).toBe(s3_version_id);
    expect(await service.exportsOf(engagement)).toEqual([s3_key]);
  });

  it('have no object where there is no event', async () => {
    const state = await ended(service, 'eng-empty', await accepted('eng-empty'));
    expect(state).toMatchObject({ state: 'ready', s3_key: null, signed_url: null });
    expect(await service.exportsOf('eng-empty')).toEqual([]);
  });

  it('are cancelled in the middle of an upload, and leave nothing but the record of it', async () => {
    await service.seed('eng-cancelled', LARGE);
    const held = hold('UploadPart', 'auditforge/exports/eng-cancelled-');
    const id = await accepted('eng-cancelled');
    await until(() => held() > 0);
    expect(await service.openUploads()).toBe(1);
    expect((await cancel(service, 'eng-cancelled', id)).status).toBe(204);
    gates.release();
    expect((await look(service, 'eng-cancelled', id)).json<ExportAnswer>().state).toBe('cancelled');
    // Aborted after the answer; one that never is fails by the time limit.
    while ((await service.openUploads()) > 0);
    expect(await service.exportsOf('eng-cancelled')).toEqual([]);
    expect(await service.keys('auditforge/export-records/eng-cancelled/')).toEqual([
      recordKey('eng-cancelled', id, '.cancelled.json'),
      recordKey('eng-cancelled', id, '.request.json'),
    ]);
  });

  it('are not cancelled any more when they complete', async () => {
    await service.seed('eng-late', LARGE);
    const held = hold('CompleteMultipartUpload', 'auditforge/exports/eng-late-');
    const id = await accepted('eng-late');
    await until(() => held() > 0);
    expect((await cancel(service, 'eng-late', id)).status).toBe(409);
    gates.release();
    expect((await ended(service, 'eng-late', id)).state).toBe('ready');
  });
});
