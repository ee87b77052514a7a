import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { S3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event, events } from '../support/events.js';
import { GatedS3ClientFactory } from '../support/gated-s3.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

describe('streaming, seen step by step', () => {
  const gated = new GatedS3ClientFactory();
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store, bindings: [{ provide: S3ClientFactory, useValue: gated }] });
  });
  afterEach(() => gated.release());
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  /** A request whose answer is read by the test. */
  async function open(
    engagement: string,
    query = '',
  ): Promise<{ response: IncomingMessage; leave: () => void }> {
    const url = `${service.url}/auditforge/engagement/${engagement}/audit-log${query}`;
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    return { response, leave: () => request.destroy() };
  }

  /** Nothing of an export is left: no memory, no request to the store, no slot. */
  async function expectIdle(): Promise<void> {
    const budget = service.nest.get(ReadBudget, { strict: false });
    await until(() => budget.segments.inUse === 0 && budget.parts.inUse === 0 && budget.requests.inUse === 0);
  }

  it.each(['', '?format=json'])(
    'sends the first shard while the second is still to come (%s)',
    async (query) => {
      await service.seed('eng-early', { '1.jsonl': `${event(1)}\n`, '2.jsonl': `${event(2)}\n` });
      const second = gated.gate();
      gated.before = (_, key) => (key.endsWith('2.jsonl') ? second.opened : undefined);
      const { response } = await open('eng-early', query);
      const read = reader(response);
      expect(await read.next()).toContain(event(1));
      second.open();
      expect(await read.rest()).toContain(event(2));
    },
  );

  it('sends the first compressed bytes early as well', async () => {
    await service.seed('eng-early-gzip', { '1.jsonl': `${event(1)}\n`, '2.jsonl': `${event(2)}\n` });
    const second = gated.gate();
    gated.before = (_, key) => (key.endsWith('2.jsonl') ? second.opened : undefined);
    const request = httpRequest(`${service.url}/auditforge/engagement/eng-early-gzip/audit-log`, {
      headers: { 'x-admin-token': ADMIN_TOKEN, 'accept-encoding': 'gzip' },
      agent: false,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const [first] = (await once(response, 'data')) as [Buffer];
    // Ten bytes are the header of a gzip member; what is beyond them holds the event.
    expect(first.length).toBeGreaterThan(100);
    second.open();
    response.resume();
    await once(response, 'end');
  });

  it('reads the first shards before the listing is complete', async () => {
    const names = Array.from({ length: 1001 }, (_, at) => `${String(at).padStart(4, '0')}.jsonl`);
    await service.seed('eng-pages', Object.fromEntries(names.map((name, at) => [name, `{"n":${at}}`])));
    const secondPage = gated.gate();
    gated.before = (command, _, input) =>
      command === 'ListObjectsV2' && input['ContinuationToken'] !== undefined ? secondPage.opened : undefined;
    const { response } = await open('eng-pages');
    const read = reader(response);
    const first = await read.next();
    expect(first).toMatch(/^\{"n":0\}/);
    secondPage.open();
    expect(first + (await read.rest())).toBe(names.map((_, at) => `{"n":${at}}\n`).join(''));
  });

  it('failures 1: a shard replaced before the first byte is read anew, from a new snapshot', async () => {
    await service.seed('eng-changed', { '1.jsonl': `${event(1)}\n`, '2.jsonl': `${event(2)}\n` });
    let listings = 0;
    let replaced = false;
    gated.before = async (command, key) => {
      if (command === 'ListObjectsV2') listings++;
      if (command !== 'GetObject' || !key.endsWith('1.jsonl') || replaced) return;
      replaced = true;
      await service.putShard('eng-changed', '1.jsonl', `${event(3)}\n`);
    };
    const answer = await service.log('eng-changed');
    expect(answer.body.toString()).toBe(`${event(3)}\n${event(2)}\n`);
    expect(listings).toBe(2);
  });

  it.each(['', 'delivery=signed_url'])(
    'failures 1: a shard replaced again on the second try is 409 (%s)',
    async (query) => {
      await service.seed('eng-changing', { '1.jsonl': `${event(1)}\n` });
      let version = 10;
      gated.before = async (command, key) => {
        if (command === 'GetObject' && key.endsWith('1.jsonl')) {
          await service.putShard('eng-changing', '1.jsonl', `${event(version++)}\n`);
        }
      };
      const answer = await service.log('eng-changing', query);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([409, 'snapshot_changed']);
      expect(await service.exportsOf('eng-changing')).toEqual([]);
      await expectIdle();
    },
  );

  it('failures 1: a shard replaced after the first byte resets the connection', async () => {
    await service.seed('eng-late-change', { '1.jsonl': `${event(1)}\n`, '2.jsonl': `${event(2)}\n` });
    const second = gated.gate();
    gated.before = (_, key) => (key.endsWith('2.jsonl') ? second.opened : undefined);
    const { response } = await open('eng-late-change');
    await once(response, 'data');
    await service.putShard('eng-late-change', '2.jsonl', `${event(3)}\n`);
    second.open();
    await until(() => response.closed);
    expect(response.complete).toBe(false);
    await expectIdle();
  });

  it('failures 24: a client that leaves a stream ends all reading', async () => {
    const shards = Array.from({ length: 300 }, (_, at) => [
      `${String(at).padStart(3, '0')}.jsonl`,
      events(100, at, 1000),
    ]);
    await service.seed('eng-leaves', Object.fromEntries(shards));
    const { response, leave } = await open('eng-leaves');
    await once(response, 'data');
    leave();
    await expectIdle();
    const before = store.requests.length;
    await sleep(300);
    expect(store.requests.length).toBe(before);
    // A read-ahead was under way, not the whole log.
    expect(store.requests.filter(({ key }) => key.includes('/eng-leaves/')).length).toBeLessThan(600);
    expect(service.logged('auditforge_audit_log_stream_failed').at(-1)).toMatchObject({
      level: 20,
      code: 'client_left',
    });
  });

  it('failures 24: a client that leaves a signed_url leaves no object and no upload', async () => {
    const shards = Array.from({ length: 12 }, (_, at) => [`${at}.jsonl`, events(200, at, 9_000)]);
    await service.seed('eng-gone', Object.fromEntries(shards));
    const part = gated.gate();
    const reached = gated.gate();
    gated.before = (command) => {
      if (command !== 'UploadPart') return undefined;
      reached.open();
      return part.opened;
    };
    const url = `${service.url}/auditforge/engagement/eng-gone/audit-log?delivery=signed_url`;
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false });
    request.on('error', () => undefined);
    request.end();
    await reached.opened;
    request.destroy();
    part.open();
    await expectIdle();
    expect(await service.openUploads()).toBe(0);
    expect(await service.exportsOf('eng-gone')).toEqual([]);
    await until(() => service.logged('auditforge_audit_log_signed_url_failed').length > 0);
    expect(service.logged('auditforge_audit_log_signed_url_failed').at(-1)).toMatchObject({
      code: 'client_left',
    });
  });
});

/** Reads a body piece by piece, without losing what comes between two reads. */
function reader(response: IncomingMessage): { next: () => Promise<string>; rest: () => Promise<string> } {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    next: async () => String((await chunks.next()).value),
    rest: async () => {
      const rest: Buffer[] = [];
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        rest.push(next.value);
      return Buffer.concat(rest).toString();
    },
  };
}
