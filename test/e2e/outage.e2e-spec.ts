import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { Service } from '../support/service.js';

describe('a store that does not play along', () => {
  let store: EmbeddedStore;
  beforeAll(async () => {
    store = await openEmbeddedStore();
  });
  afterAll(() => store.close());

  const queries = ['', 'delivery=signed_url'];

  it('away is 503 storage_unavailable with Retry-After', async () => {
    const gone = await openEmbeddedStore();
    const service = await Service.start({ store: gone });
    await gone.close();
    for (const query of queries) {
      const answer = await service.log('eng-1', query);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([503, 'storage_unavailable']);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(answer.body.toString()).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    }
    await service.close();
  });

  it('failures 21: refusing the credentials is 502 storage_access_denied, which and where in the log alone', async () => {
    const wrong = {
      ...store,
      config: { ...store.config, credentials: { accessKeyId: 'AKIAWRONG', secretAccessKey: 'x' } },
    };
    const locked = await Service.start({ store: wrong });
    const answer = await locked.log('eng-1');
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_access_denied']);
    expect(answer.body.toString()).not.toContain(locked.bucket);
    expect(locked.logged('auditforge_request_failed').at(-1)).toMatchObject({
      code: 'storage_access_denied',
      cause: { context: { operation: 'GetObject', bucket: locked.bucket } },
    });
    await locked.close();
  });

  it('without the shared bucket is 502 storage_misconfigured', async () => {
    const service = await Service.start({
      store,
      environment: { AUDITFORGE_SHARED_BUCKET: 'not-there-at-all' },
    });
    const answer = await service.log('eng-1');
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_misconfigured']);
    await service.close();
  });

  it('failures 22: whose clock is 20 minutes ahead gets links that it honours', async () => {
    const ahead = await openEmbeddedStore({ clock: () => new Date(Date.now() + 20 * 60_000) });
    const service = await Service.start({ store: ahead });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    const answer = (await service.log('eng-1', 'delivery=signed_url&expires_in=60')).json<{
      signed_url: string;
      expires_at: string;
    }>();
    expect(await (await fetch(answer.signed_url)).text()).toBe(`${event(1)}\n`);
    expect(Date.parse(answer.expires_at)).toBeGreaterThan(Date.now() + 20 * 60_000);
    await service.close();
    await ahead.close();
  });

  it('that is told to stop finishes what runs and refuses what is new', async () => {
    const service = await Service.start({ store });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    const { ExportSlots } = await import('../../src/audit-forge/export-slots.js');
    await service.nest.get(ExportSlots, { strict: false }).beforeApplicationShutdown();
    for (const query of queries) {
      const answer = await service.log('eng-1', query);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([503, 'shutting_down']);
      expect(answer.headers['retry-after']).toBeDefined();
    }
    await service.close();
  });
});
