import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import { GatedS3ClientFactory } from '../support/gated-s3.js';
import type { HttpAnswer } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { sessionToken } from '../support/session-tokens.js';
import { until } from '../support/until.js';
import { NO_RATES } from '../support/no-rates.js';
import { cancel, ended, look, post, type ExportAnswer } from '../e2e/exports/export-api.js';

/** Done at once, whoever asks. */
const AT_ONCE = 4;
const SHARDS = { '1.jsonl': events(5), '2.jsonl': events(5, 5), '3.jsonl': events(5, 10) };

let store: EmbeddedStore;
let service: Service;
const gates = new GatedS3ClientFactory();

beforeAll(async () => {
  store = await openEmbeddedStore();
});
afterAll(() => store.close());

async function start(): Promise<void> {
  const bindings = [{ provide: S3ClientFactory, useValue: gates }];
  service = await Service.start({ store, bindings, environment: NO_RATES });
}
afterEach(async () => {
  gates.release();
  await service.close();
});

/** Holds back the calls that are meant; tells their keys. */
function hold(isMeant: (command: string, key: string) => boolean): string[] {
  const gate = gates.gate();
  const held: string[] = [];
  gates.before = (command, key) => {
    if (!isMeant(command, key)) return undefined;
    held.push(key);
    return gate.opened;
  };
  return held;
}
const isShard = (command: string, key: string) =>
  command === 'GetObject' && key.startsWith('auditforge/audit/');

function idOf(answer: HttpAnswer): string {
  expect(answer.status).toBe(202);
  return answer.json<ExportAnswer>().export_id;
}

async function recordsOf(engagement: string): Promise<string[]> {
  const prefix = `auditforge/export-records/${engagement}/`;
  return (await service.keys(prefix)).map((key) => key.slice(prefix.length).replace(/^[^.]+/, ''));
}

describe('the queue of one process', () => {
  it('does 200 exports of ten callers: each leaves one object and one record', async () => {
    await start();
    const engagements = Array.from({ length: 10 }, (_, at) => `eng-${at}`);
    for (const engagement of engagements) await service.seed(engagement, SHARDS);
    hold(isShard);
    const ids = await Promise.all(
      engagements.map(async (engagement) => {
        const token = await sessionToken([engagement], { sub: engagement });
        const own: string[] = [];
        for (let at = 0; at < 20; at++) own.push(idOf(await post(service, engagement, { token })));
        return own;
      }),
    );
    gates.release();
    for (const [at, engagement] of engagements.entries()) {
      const keys = new Set<string>();
      for (const id of ids[at]!) {
        const { state, s3_key } = await ended(service, engagement, id);
        expect(state).toBe('ready');
        keys.add(s3_key);
      }
      expect([...keys].toSorted()).toEqual((await service.exportsOf(engagement)).toSorted());
      expect(keys.size).toBe(20);
      const records = await recordsOf(engagement);
      expect(records.filter((ending) => ending === '.json')).toHaveLength(20);
      expect(records.filter((ending) => ending === '.request.json')).toHaveLength(20);
      expect(records).toHaveLength(40);
    }
  });

  it('takes 20 of one session, and one more when one of them has ended', async () => {
    await start();
    await service.seed('eng-1', SHARDS);
    const held = hold(isShard);
    for (let at = 0; at < AT_ONCE; at++) idOf(await post(service, 'eng-1'));
    await until(() => held.length >= AT_ONCE);
    const token = await sessionToken(['eng-1'], { sub: 'one' });
    const ids: string[] = [];
    for (let at = 0; at < 20; at++) ids.push(idOf(await post(service, 'eng-1', { token })));
    const refused = await post(service, 'eng-1', { token });
    expect([refused.status, refused.json<ExportAnswer>().code]).toEqual([429, 'too_many_requests']);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': expect.stringMatching(/^[1-9]\d*$/),
    });
    // Refused before anything of it is on record.
    expect((await recordsOf('eng-1')).filter((ending) => ending === '.request.json')).toHaveLength(24);
    idOf(await post(service, 'eng-1', { token: await sessionToken(['eng-1'], { sub: 'two' }) }));
    idOf(await post(service, 'eng-1'));
    expect((await cancel(service, 'eng-1', ids[0]!)).status).toBe(204);
    ids[0] = idOf(await post(service, 'eng-1', { token }));
    expect((await post(service, 'eng-1', { token })).status).toBe(429);
    gates.release();
    for (const id of ids) expect((await ended(service, 'eng-1', id)).state).toBe('ready');
  });

  it('takes 1,000 in all', async () => {
    await start();
    const engagements = ['eng-1', 'eng-2', 'eng-3', 'eng-4'];
    for (const engagement of engagements) await service.seed(engagement, SHARDS);
    const held = hold(isShard);
    for (let at = 0; at < AT_ONCE; at++) idOf(await post(service, 'eng-1'));
    await until(() => held.length >= AT_ONCE);
    for (const engagement of engagements)
      for (let at = 0; at < 10; at++)
        for (const answer of await Promise.all(Array.from({ length: 25 }, () => post(service, engagement))))
          idOf(answer);
    const refused = await post(service, 'eng-1');
    expect([refused.status, refused.json<ExportAnswer>().code]).toEqual([429, 'too_many_requests']);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('tells how far an export is while it is at work', async () => {
    await start();
    await service.seed('eng-1', SHARDS);
    const held = hold((command, key) => isShard(command, key) && key.endsWith('/3.jsonl'));
    const id = idOf(await post(service, 'eng-1'));
    await until(() => held.length > 0);
    let seen: ExportAnswer;
    do seen = (await look(service, 'eng-1', id)).json<ExportAnswer>();
    while (seen.progress.shards.done < 2);
    const [first, second, third] = Object.values(SHARDS).map((shard) => Buffer.byteLength(shard));
    expect(seen).toMatchObject({
      state: 'running',
      progress: {
        shards: { done: 2, total: 3 },
        bytes: { done: first! + second!, total: first! + second! + third! },
      },
    });
    gates.release();
    expect((await ended(service, 'eng-1', id)).state).toBe('ready');
  });

  it.each([
    ['of a log without an event', {}, '.json', 'ready'],
    ['that fails', { '1.jsonl': 'rubbish\n' }, '.failed.json', 'failed'],
  ])('cancels no export %s once its end is being recorded', async (_, shards, ending, state) => {
    await start();
    await service.seed('eng-1', shards);
    const held = hold((command, key) => command === 'PutObject' && key.endsWith(ending) && isEnd(key));
    const id = idOf(await post(service, 'eng-1'));
    await until(() => held.length > 0);
    const late = await cancel(service, 'eng-1', id);
    expect([late.status, late.body.length === 0 || late.json<ExportAnswer>().code]).toEqual([
      409,
      'export_finished',
    ]);
    gates.release();
    expect((await ended(service, 'eng-1', id)).state).toBe(state);
    expect((await recordsOf('eng-1')).toSorted()).toEqual([ending, '.request.json'].toSorted());
  });
});

function isEnd(key: string): boolean {
  return key.startsWith('auditforge/export-records/') && !key.endsWith('.request.json');
}
