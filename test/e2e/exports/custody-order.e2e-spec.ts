import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event, events } from '../../support/events.js';
import { startFaulty, type FaultyService } from '../../support/faults/faulty-service.js';
import type { HttpAnswer } from '../../support/http-client.js';
import type { Service } from '../../support/service.js';
import { until } from '../../support/until.js';
import { look, post, ready, settled, type ExportAnswer } from './export-api.js';
import { shardKeys, trailOf, trailOfLength } from './trail.js';

let faulty: FaultyService;
let service: Service;

beforeAll(async () => {
  faulty = await startFaulty({ versioned: true, environment: { AUDITFORGE_CUSTODY_TRAIL: 'true' } });
  ({ service } = faulty);
});
afterAll(() => faulty.close());

const link = (engagement: string) => service.log(engagement, 'delivery=signed_url');
const linesOf = (log: Buffer) => log.toString().split('\n').slice(0, -1);
const download = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const refuseTrail = () => {
  faulty.proxy.script = ({ operation, key }) =>
    operation === 'PutObject' && key.includes('~export-')
      ? { kind: 'status', status: 403, code: 'AccessDenied' }
      : undefined;
};

describe('the trail in the log', () => {
  it('goes after the last shard of the platform and before the next one', async () => {
    await service.seed('eng-keys', {
      '0001.jsonl': event(1),
      '0002.jsonl.gz': Buffer.alloc(0),
      'no-shard': 'x',
    });
    await service.log('eng-keys');
    await trailOfLength(service, 'eng-keys', 1);
    await link('eng-keys');
    await service.putShard('eng-keys', '0003.jsonl', event(3));
    const { export_id } = (await link('eng-keys')).json<ExportAnswer>();
    await look(service, 'eng-keys', export_id);
    const prefix = 'auditforge/audit/eng-keys/';
    const time = String.raw`~export-\d{8}T\d{9}Z-[a-z2-7]{16}\.jsonl`;
    expect((await shardKeys(service, 'eng-keys')).map((key) => key.slice(prefix.length))).toEqual([
      '0001.jsonl',
      '0002.jsonl.gz',
      expect.stringMatching(new RegExp(`^0002.jsonl.gz${time}$`)),
      expect.stringMatching(new RegExp(`^0002.jsonl.gz${time}$`)),
      '0003.jsonl',
      expect.stringMatching(new RegExp(`^0003.jsonl${time}$`)),
      expect.stringMatching(new RegExp(`^0003.jsonl${time}$`)),
      'no-shard',
    ]);
  });

  it('begins before the first shard where there is none yet', async () => {
    await service.seed('eng-none', {});
    expect((await service.log('eng-none')).body.length).toBe(0);
    await trailOfLength(service, 'eng-none', 1);
    await service.putShard('eng-none', '0001.jsonl', event(1));
    await service.putShard('eng-none', '#.jsonl', event(2));
    const names = (await shardKeys(service, 'eng-none')).map((key) => key.split('/').at(-1)!);
    expect(names).toEqual([expect.stringMatching(/^!~export-/), '#.jsonl', '0001.jsonl']);
  });

  it('has the event of an export in the next one, and not in its own', async () => {
    await service.seed('eng-next', { '0001.jsonl': events(3) });
    const first = (await link('eng-next')).json<ExportAnswer>();
    expect((await download(first.signed_url)).toString()).toBe(events(3));
    const second = await ready(service, 'eng-next');
    const [event1, event2] = await trailOf(service, 'eng-next');
    const log = await download(second.signed_url);
    expect(log.toString()).toBe(events(3) + event1!.text);
    const stream = await service.log('eng-next');
    expect(stream.body.toString()).toBe(events(3) + event1!.text + event2!.text);
    expect(stream.body.subarray(0, log.length).equals(log)).toBe(true);
  });

  it('has one event for each of many exports at once, while shards of the platform arrive', async () => {
    await service.seed('eng-busy', { '0001.jsonl': events(3) });
    let arrived = 3;
    const over = new AbortController();
    const platform = (async () => {
      while (!over.signal.aborted) {
        await service.putShard('eng-busy', `${String(arrived).padStart(4, '0')}.jsonl`, event(arrived));
        arrived++;
      }
    })();
    const asks: Array<() => Promise<HttpAnswer>> = [
      () => link('eng-busy'),
      () => post(service, 'eng-busy', { headers: { prefer: 'wait=30' } }),
      () => service.log('eng-busy', 'delivery=signed_url', { prefer: 'respond-async, wait=30' }),
      () => service.log('eng-busy'),
    ];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => asks[at % asks.length]!()));
    over.abort();
    await platform;
    const links = answers
      .filter((_, at) => at % asks.length < 3)
      .map((answer) => answer.json<ExportAnswer>());
    const trail = await trailOfLength(service, 'eng-busy', 12);
    const ofLinks = trail.filter(({ metadata }) => metadata.delivery === 'signed_url');
    expect(ofLinks).toHaveLength(links.length);
    expect(new Set(ofLinks.map(({ metadata }) => metadata.export_id))).toEqual(
      new Set(links.map(({ export_id }) => export_id)),
    );
    expect(ofLinks.every(({ metadata }) => metadata.issue === 'first')).toBe(true);
    expect(trail).toHaveLength(12);
    expect(new Set(trail.map(({ key }) => key)).size).toBe(12);

    const shards = new Set(await shardKeys(service, 'eng-busy'));
    for (const { key, text } of trail) {
      expect(shards).toContain(key.slice(0, key.indexOf('~export-')));
      expect(text).not.toMatch(/X-Amz|https?:/i);
    }
    const log = linesOf((await service.log('eng-busy')).body);
    const steps = log.map((line) => (JSON.parse(line) as { metadata: { step?: string } }).metadata.step);
    expect(steps.filter((step) => step !== undefined)).toEqual(
      Array.from({ length: arrived }, (_, at) => `step-${at}`),
    );
    expect(log.filter((line) => line.includes('"audit_log_export"'))).toEqual(
      trail.map(({ text }) => text.trimEnd()),
    );
    for (const { export_id, signed_url } of links)
      expect((await download(signed_url)).toString()).not.toContain(export_id);
  });
});

describe('a trail that cannot be written', () => {
  async function expectRefused(ask: () => Promise<HttpAnswer>): Promise<void> {
    const before = service.logged('auditforge_custody_write_failed').length;
    refuseTrail();
    const answer = await ask();
    faulty.proxy.reset();
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([502, 'storage_access_denied']);
    expect(answer.body.toString()).not.toMatch(/X-Amz|signed_url|https?:/);
    const lines = service.logged('auditforge_custody_write_failed').slice(before);
    expect(lines).toMatchObject([
      {
        request_id: answer.headers['x-request-id'],
        engagement_id: 'eng-refused',
        caller: { kind: 'admin', subject: 'ops' },
        code: 'storage_access_denied',
        export_id: expect.any(String),
      },
    ]);
    expect(await trailOf(service, 'eng-refused')).toEqual([]);
  }

  it('leaves nobody with a link, however it is asked for, and the next one is the first', async () => {
    await service.seed('eng-refused', { '0001.jsonl': event(1) });
    await expectRefused(() => link('eng-refused'));
    await expectRefused(() => post(service, 'eng-refused', { headers: { prefer: 'wait=30' } }));
    const { export_id } = (await post(service, 'eng-refused')).json<ExportAnswer>();
    await settled(service, 'eng-refused');
    await expectRefused(() => look(service, 'eng-refused', export_id));
    expect((await look(service, 'eng-refused', export_id)).status).toBe(200);
    expect((await trailOf(service, 'eng-refused')).map(({ metadata }) => metadata.issue)).toEqual(['first']);
  });

  it('is logged alone for a stream, whose bytes have gone', async () => {
    await service.seed('eng-gone', { '0001.jsonl': events(3) });
    const before = service.logged('auditforge_custody_write_failed').length;
    refuseTrail();
    const answer = await service.log('eng-gone');
    expect([answer.status, answer.cut, answer.body.toString()]).toEqual([200, false, events(3)]);
    await until(() => service.logged('auditforge_custody_write_failed').length > before);
    faulty.proxy.reset();
    expect(service.logged('auditforge_custody_write_failed').at(-1)).toMatchObject({
      engagement_id: 'eng-gone',
      export_id: null,
      code: 'storage_access_denied',
    });
  });

  it('is written after the record and before the answer', async () => {
    await service.seed('eng-steps', { '0001.jsonl': event(1) });
    faulty.proxy.reset();
    const { export_id, s3_key } = (await link('eng-steps')).json<ExportAnswer>();
    const puts = faulty.proxy.requests.filter(({ method }) => method === 'PUT').map(({ key }) => key);
    expect(puts).toEqual([
      s3_key,
      `auditforge/export-records/eng-steps/${export_id}.json`,
      expect.stringContaining('auditforge/audit/eng-steps/0001.jsonl~export-'),
    ]);
  });

  it('has no event, and there is no link, of a record that was altered', async () => {
    await service.seed('eng-altered', { '0001.jsonl': event(1) });
    await service.seed('eng-other', { '0001.jsonl': event(1) });
    const other = (await link('eng-other')).json<ExportAnswer>();
    const { export_id } = (await post(service, 'eng-altered')).json<ExportAnswer>();
    await settled(service, 'eng-altered');
    const key = `auditforge/export-records/eng-altered/${export_id}.json`;
    const record = JSON.parse((await service.read(key)).body.toString()) as object;
    for (const altered of [
      { s3_key: other.s3_key, s3_version_id: other.s3_version_id },
      { s3_key: '0001.jsonl' },
      { s3_bucket: 'somebody-elses' },
      { engagement_id: 'eng-other' },
      { s3_version_id: other.s3_version_id },
    ]) {
      await service.put(key, JSON.stringify({ ...record, ...altered }));
      const answer = await look(service, 'eng-altered', export_id);
      expect([410, 502]).toContain(answer.status);
      expect(answer.body.toString()).not.toContain('X-Amz-');
    }
    expect(await trailOf(service, 'eng-altered')).toEqual([]);
    // Where a record says that the log ended, the trail is still written among this engagement's shards.
    const snapshot = {
      last_key: 'auditforge/audit/eng-other/9999.jsonl',
      first_key: null,
      count: 1,
      bytes: 1,
    };
    await service.put(key, JSON.stringify({ ...record, snapshot }));
    expect((await look(service, 'eng-altered', export_id)).status).toBe(200);
    const [only] = await trailOf(service, 'eng-altered');
    expect(only!.key).toMatch(/^auditforge\/audit\/eng-altered\/0001\.jsonl~export-/);
  });
});
