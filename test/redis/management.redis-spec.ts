import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { event } from '../support/events.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http-client.js';
import { metricsOf } from '../support/metrics.js';
import { until } from '../support/until.js';
import { Fleet, type State } from './fleet.js';

const SHARDS = { '1.jsonl': `${event(1)}\n` };

describe('what is told of a queue that instances share', () => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await Fleet.open();
    await fleet.seed('eng-1', SHARDS);
  });
  afterEach(() => fleet.close());

  it('is how many wait and are at work, the same on each', async () => {
    const [one, other] = [await fleet.instance(), await fleet.instance()];
    const { held, open } = fleet.hold(
      ({ key, operation }) => operation === 'GetObject' && key.includes('/audit/'),
    );
    for (let at = 0; at < 10; at++) expect((await fleet.post(one, 'eng-1')).status).toBe(202);
    await until(() => held.length === 8);
    for (const { url } of [one, other]) {
      const found = await metricsOf(url);
      expect(found).toMatchObject({
        'auditforge_queue_jobs{state="running"}': 8,
        'auditforge_queue_jobs{state="queued"}': 2,
        auditforge_redis_up: 1,
      });
      expect(found['auditforge_queue_oldest_job_seconds']).toBeGreaterThan(0);
    }
    open();
    await until(async () => (await metricsOf(one.url))['auditforge_queue_jobs{state="running"}'] === 0);
    const ended = await Promise.all([one, other].map(({ url }) => metricsOf(url)));
    const done = ended.map(
      (found) => found['auditforge_exports_total{delivery="queued",format="jsonl",outcome="complete"}'] ?? 0,
    );
    expect(done[0]! + done[1]!).toBe(10);
    expect(ended[0]!['auditforge_queue_oldest_job_seconds']).toBe(0);
  });

  it('is that Redis is away: degraded, but ready', async () => {
    const service = await fleet.instance();
    const ready = async () => {
      const answer = await send(`${service.url}/health/ready`);
      return { http: answer.status, ...answer.json<{ status: string; details: object }>() };
    };
    expect(await ready()).toMatchObject({ http: 200, status: 'ok', details: { redis: { status: 'up' } } });
    await fleet.redis.stop();
    expect(await ready()).toMatchObject({
      http: 200,
      status: 'degraded',
      details: { redis: { status: 'degraded', message: 'queue_unavailable' }, store: { status: 'up' } },
    });
    expect(await metricsOf(service.url)).toMatchObject({
      auditforge_redis_up: 0,
      'auditforge_queue_jobs{state="queued"}': Number.NaN,
      auditforge_queue_oldest_job_seconds: Number.NaN,
    });
    await fleet.redis.start();
    await until(async () => (await ready()).status === 'ok');
  });

  it('is told by a worker on its management port, and by nothing else of it', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await fleet.worker({ AUDITFORGE_MANAGEMENT_PORT: String(port), HOST: '127.0.0.1', PORT: '1' });
    expect((await send(`${url}/health/ready`)).status).toBe(200);
    expect((await send(`${url}/auditforge/engagement/eng-1`)).status).toBe(404);
    const busy = await fleet.instance();
    // Four each: of eight at least one is the worker's, since the instance can take four alone.
    const { held, open } = fleet.hold(
      ({ key, operation }) => operation === 'GetObject' && key.includes('/audit/'),
    );
    const ids: string[] = [];
    for (let at = 0; at < 8; at++) ids.push((await fleet.post(busy, 'eng-1')).json<State>().export_id);
    await until(() => held.length === 8);
    open();
    for (const id of ids) await until(async () => (await fleet.state(busy, 'eng-1', id)).state === 'ready');
    await until(
      async () =>
        (await metricsOf(url))[
          'auditforge_exports_total{delivery="queued",format="jsonl",outcome="complete"}'
        ] === 4,
    );
  });
});
