import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { events } from '../../support/events.js';
import type { StoreRequest } from '../../support/faults/fault.js';
import { FaultProxy } from '../../support/faults/fault-proxy.js';
import { NO_RATES } from '../../support/no-rates.js';
import { Service } from '../../support/service.js';
import { until } from '../../support/until.js';
import { cancel, ended, exportsPath, look, post, ready, recordKey, type ExportAnswer } from './export-api.js';

/** An upload of three parts, of which the last shard is the third. */
const LARGE = { '1.jsonl': events(3000, 0, 3000), '2.jsonl': events(3000, 3000, 3000), '3.jsonl': events(9) };
const LOST = { state: 'failed', reason: 'lost_at_restart' };

let store: EmbeddedStore;
let proxy: FaultProxy;
const services: Service[] = [];

beforeAll(async () => {
  store = await openEmbeddedStore();
});
beforeEach(async () => {
  proxy = await FaultProxy.start(store);
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
  await proxy.close();
});
afterAll(() => store.close());

async function start(bucket?: string): Promise<Service> {
  const environment = { ...NO_RATES, AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '1' };
  const service = await Service.start({ store: proxy.storeBehind, environment, bucket });
  services.push(service);
  return service;
}

/** The end of the process, as far as the application knows it. */
async function stop(service: Service): Promise<void> {
  services.splice(services.indexOf(service), 1);
  await service.close();
}

/** Never answered; what waits for it is given up. */
function holdLastShard(): { held: () => number } {
  let held = 0;
  proxy.script = ({ operation, key }: StoreRequest) => {
    if (operation !== 'GetObject' || !key.endsWith('/3.jsonl')) return undefined;
    held++;
    return new Promise(() => undefined);
  };
  return { held: () => held };
}

async function accepted(service: Service): Promise<string> {
  return (await post(service, 'eng-1')).json<ExportAnswer>().export_id;
}

/** What the next process says of an export. */
async function said(service: Service, id: string): Promise<ExportAnswer> {
  return (await look(service, 'eng-1', id)).json<ExportAnswer>();
}

describe('without Redis, after the end of a process', () => {
  it('what it had queued and was doing has failed, and nothing of it is in the store', async () => {
    const first = await start();
    await first.seed('eng-1', LARGE);
    const done = (await ready(first, 'eng-1')).export_id;
    const { held } = holdLastShard();
    const ids: string[] = [];
    for (let at = 0; at < 9; at++) ids.push(await accepted(first));
    await until(() => held() === 4);
    await until(() => proxy.requests.some(({ operation }) => operation === 'UploadPart'));
    const states = await Promise.all(ids.map(async (id) => (await said(first, id)).state));
    expect(states.toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'queued'),
      ...Array.from({ length: 4 }, () => 'running'),
    ]);
    await stop(first);
    proxy.reset();

    const second = await start(first.bucket);
    for (const id of ids) {
      expect(await said(second, id)).toMatchObject({ export_id: id, ...LOST });
      expect((await cancel(second, 'eng-1', id)).json<ExportAnswer>().code).toBe('export_finished');
    }
    const history = await second.get(exportsPath('eng-1'));
    const failed = history.json<ExportAnswer>().exports.filter(({ state }) => state === 'failed');
    expect(failed.map(({ export_id }) => export_id).toSorted()).toEqual(ids.toSorted());
    for (const each of failed) expect(each).toMatchObject(LOST);
    expect(await said(second, done)).toMatchObject({ state: 'ready' });
    expect(await second.exportsOf('eng-1')).toHaveLength(1);
    expect(await second.openUploads()).toBe(0);
    // Later ones are done as ever.
    expect(await ended(second, 'eng-1', await accepted(second))).toMatchObject({ state: 'ready' });
  });

  it('a request that is older than the process, and has no result, has failed', async () => {
    const first = await start();
    await first.seed('eng-1', { '1.jsonl': events(3) });
    const { export_id: id } = await ready(first, 'eng-1');
    const request = await first.read(recordKey('eng-1', id, '.request.json'));
    const old = '20260508T132000Z-k3v7q2mzda';
    const record = JSON.parse(request.body.toString()) as object;
    await first.put(
      recordKey('eng-1', old, '.request.json'),
      JSON.stringify({ ...record, export_id: old, requested_at: '2026-05-08T13:20:00.000Z' }),
    );
    expect(await said(first, old)).toMatchObject({ export_id: old, ...LOST });
    expect((await cancel(first, 'eng-1', old)).status).toBe(409);
  });
});
