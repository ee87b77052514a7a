import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { sessionToken } from '../support/session-tokens.js';
import { until } from '../support/until.js';
import { RedisServer } from './redis-server.js';

describe('limits of several instances', () => {
  let store: EmbeddedStore;
  let redis: RedisServer;
  let services: Service[];
  let subjects = 0;
  let sub: string;

  beforeAll(async () => {
    store = await openEmbeddedStore();
  });
  beforeEach(async () => {
    redis = await RedisServer.start();
    services = [];
    sub = `reviewer-${++subjects}`;
  });
  afterEach(async () => {
    for (const service of services) await service.close();
    await redis.stop();
  });
  afterAll(() => store.close());

  async function start(url = redis.url): Promise<Service> {
    const service = await Service.start({
      store,
      environment: { AUDITFORGE_RATE_STREAM: '3', AUDITFORGE_REDIS_URL: url },
    });
    services.push(service);
    await service.seed('eng-1', { '1.jsonl': event(1) });
    return service;
  }

  /** The status, and the Retry-After, of a stream for the subject of this test. */
  async function ask(service: Service): Promise<{ status: number; retryAfter: string | undefined }> {
    const authorization = `Bearer ${await sessionToken(['eng-1'], { sub })}`;
    const url = `${service.url}/auditforge/engagement/eng-1/audit-log`;
    const { status, headers } = await send(url, { headers: { authorization } });
    return { status, retryAfter: headers['retry-after'] };
  }

  async function statuses(...asked: Service[]): Promise<number[]> {
    const all: number[] = [];
    for (const service of asked) all.push((await ask(service)).status);
    return all;
  }

  /** The queue of exports says it for itself. */
  const told = (service: Service, msg: string) =>
    service.logged(msg).filter((line) => line['for'] !== 'exports');
  const isBack = (service: Service) => told(service, 'auditforge_redis_back').length > 0;
  const isAway = (service: Service) => told(service, 'auditforge_redis_away').length > 0;

  it('are shared', async () => {
    const [a, b] = [await start(), await start()];
    expect(await statuses(a, b, a, b, a)).toEqual([200, 200, 200, 429, 429]);
    const { retryAfter } = await ask(b);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
    expect(Number(retryAfter)).toBeLessThanOrEqual(60);
  });

  it('are counted exactly when all come at once', async () => {
    const [a, b] = [await start(), await start()];
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(at % 2 === 0 ? a : b)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(17);
  });

  it('are each instance’s own while Redis is away, never open and never an error', async () => {
    const [a, b] = [await start(), await start()];
    expect(await statuses(a, b)).toEqual([200, 200]);
    await redis.stop();
    expect(await statuses(a, a, a, a)).toEqual([200, 200, 200, 429]);
    expect(await statuses(b, b, b, b)).toEqual([200, 200, 200, 429]);
    expect(isAway(a)).toBe(true);
  });

  it('are shared again once Redis is back', async () => {
    const [a, b] = [await start(), await start()];
    await redis.stop();
    await statuses(a, b);
    a.logs.length = 0;
    b.logs.length = 0;
    await redis.start();
    await until(() => isBack(a) && isBack(b));
    expect(await statuses(a, b, a, b)).toEqual([200, 200, 200, 429]);
  });

  it('are shared again, and it is said, once a Redis that only hung goes on', async () => {
    const [a, b] = [await start(), await start()];
    redis.signal('SIGSTOP');
    expect(await statuses(a)).toEqual([200]);
    expect(isAway(a)).toBe(true);
    redis.signal('SIGCONT');
    // What was sent meanwhile is counted late: none of it is to be in the way.
    sub = `reviewer-${++subjects}`;
    expect(await statuses(a, b, a, b)).toEqual([200, 200, 200, 429]);
    expect(isBack(a)).toBe(true);
    expect(told(a, 'auditforge_redis_away')).toHaveLength(1);
  });

  it('do not need Redis at the start', async () => {
    await redis.stop();
    const service = await start();
    expect(await statuses(service, service, service, service)).toEqual([200, 200, 200, 429]);
    // Told once, and without the password.
    expect(told(service, 'auditforge_redis_away')).toHaveLength(1);
    expect(JSON.stringify(service.logs)).not.toContain('redis-password');
  });

  it('are each instance’s own where Redis does not take the password', async () => {
    const service = await start(`redis://:wrong-password@127.0.0.1:${redis.port}`);
    expect(await statuses(service, service, service, service)).toEqual([200, 200, 200, 429]);
    expect(isAway(service)).toBe(true);
  });
});
