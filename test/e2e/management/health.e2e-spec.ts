import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFaulty } from '../../support/faults/faulty-service.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { freePort } from '../../support/free-port.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';

interface Health {
  status: string;
  details: Record<string, { status: string; message?: string }>;
}

let store: EmbeddedStore;
beforeAll(async () => {
  store = await openEmbeddedStore();
});
afterAll(() => store.close());

async function ready(service: Service): Promise<[status: number, body: Health]> {
  const answer = await send(`${service.url}/health/ready`);
  return [answer.status, answer.json<Health>()];
}

describe('health', () => {
  it('is told to anybody, and is never kept', async () => {
    const service = await Service.start({ store });
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const answer = await send(service.url + path);
      expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, 200, 'no-store']);
      const post = await send(service.url + path, { method: 'POST' });
      expect([path, post.status, post.headers.allow]).toEqual([path, 405, 'GET, HEAD, OPTIONS']);
    }
    await service.close();
  });

  it('is asked of the store once for all who ask within 10 s, and of nothing by live', async () => {
    const service = await Service.start({ store });
    const before = store.requests.length;
    for (let times = 0; times < 5; times++) {
      const live = await send(`${service.url}/health/live`);
      expect([live.status, live.json()]).toEqual([200, { status: 'ok' }]);
    }
    expect(store.requests).toHaveLength(before);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ready(service)));
    for (const [status, body] of answers) {
      expect(status).toBe(200);
      expect(body.status).toBe('ok');
      expect(Object.keys(body.details)).toEqual(['process', 'store']);
    }
    expect(store.requests.slice(before).map(({ method }) => method)).toEqual(['HEAD']);
    await service.close();
  });

  it('is not ready without its store, and says no more of it than a code', async () => {
    const gone = await openEmbeddedStore();
    const service = await Service.start({ store: gone });
    await gone.close();
    const [status, body] = await ready(service);
    expect([status, body.status, body.details['store']]).toMatchObject([
      503,
      'error',
      { status: 'down', message: 'storage_unavailable' },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|contract-|ECONN/);
    expect((await send(`${service.url}/health/live`)).status).toBe(200);
    await service.close();
  });

  it('is not ready where the store refuses or has no such bucket', async () => {
    const keys = { accessKeyId: 'AKIAWRONG', secretAccessKey: 'x' };
    const wrong: [object, string][] = [
      [{ store: { ...store, config: { ...store.config, credentials: keys } } }, 'storage_access_denied'],
      [{ store, environment: { AUDITFORGE_SHARED_BUCKET: 'not-there-at-all' } }, 'storage_misconfigured'],
    ];
    for (const [options, message] of wrong) {
      const service = await Service.start(options as Parameters<typeof Service.start>[0]);
      expect(await ready(service)).toMatchObject([503, { details: { store: { status: 'down', message } } }]);
      await service.close();
    }
  });

  it('is not ready where the store says nothing for 2 s', async () => {
    const { proxy, service, close } = await startFaulty();
    proxy.script = ({ operation }) => (operation === 'HeadBucket' ? { kind: 'delay', ms: 2_500 } : undefined);
    const [status, body] = await ready(service);
    expect([status, body.details['store']]).toMatchObject([
      503,
      { status: 'down', message: 'timeout of 2000ms exceeded' },
    ]);
    await close();
  });

  it('is not ready while it shuts down, though what runs is finished', async () => {
    const service = await Service.start({ store });
    const line = `{"a":"${'x'.repeat(1000)}"}\n`;
    await service.seed('eng-slow', { '1.jsonl': line.repeat(30_000) });
    expect((await ready(service))[0]).toBe(200);
    // A receiver that takes nothing keeps its export at work.
    const response = await fetch(`${service.url}/auditforge/engagement/eng-slow/audit-log`, {
      headers: { 'x-admin-token': ADMIN_TOKEN },
    });
    expect(response.status).toBeLessThan(500);
    const closing = service.nest.close();
    await until(async () => (await ready(service))[0] === 503);
    expect((await ready(service))[1]).toMatchObject({
      details: { process: { status: 'down', message: 'shutting_down' } },
    });
    await response.arrayBuffer();
    await closing;
    await service.close();
  });
});

describe('a management port', () => {
  it('has metrics and health, and nothing else; the other has all but these', async () => {
    const port = await freePort();
    const service = await Service.start({
      store,
      environment: { AUDITFORGE_MANAGEMENT_PORT: String(port) },
    });
    await service.putEngagement('eng-1');
    const inside = `http://127.0.0.1:${port}`;
    const statuses = async (base: string) => {
      const found: Record<string, number> = {};
      for (const path of ['/metrics', '/health/live', '/health/ready', '/', '/auditforge/engagement/eng-1'])
        found[path] = (await send(base + path)).status;
      return found;
    };
    expect(await statuses(inside)).toEqual({
      '/metrics': 200,
      '/health/live': 200,
      '/health/ready': 200,
      '/': 404,
      '/auditforge/engagement/eng-1': 404,
    });
    expect(await statuses(service.url)).toMatchObject({
      '/metrics': 404,
      '/health/live': 404,
      '/health/ready': 404,
      '/auditforge/engagement/eng-1': 401,
    });
    await service.close();
    await expect(send(`${inside}/health/live`)).rejects.toThrow('ECONNREFUSED');
  });
});
