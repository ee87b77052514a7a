import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { Random } from '../../src/demo/random.js';
import { events } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

const SHARDS = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`${String(at).padStart(2, '0')}.jsonl`, events(40, at * 40, 9_000)]),
);
const LOG_BYTES = Object.values(SHARDS).reduce((sum, shard) => sum + Buffer.byteLength(shard), 0);
/** An export has no more requests than this until its parts begin to be sent. */
const REQUESTS = Object.keys(SHARDS).length + 8;

describe('a client that leaves', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
    await service.seed('eng-1', SHARDS);
  });
  beforeEach(() => proxy.reset());
  afterAll(() => close());

  function ask(query: string): ClientRequest {
    const url = `${service.url}/auditforge/engagement/eng-1/audit-log?${query}`;
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false });
    request.on('error', () => undefined).end();
    return request;
  }

  /** Nothing is read any more, nothing is held, and no upload is open. */
  async function expectNothingLeft(): Promise<void> {
    const budget = service.nest.get(ReadBudget, { strict: false });
    await until(
      () => budget.segments.inUse + budget.parts.inUse + budget.requests.inUse + proxy.active === 0,
    );
    const requests = proxy.requests.length;
    await sleep(100);
    expect(proxy.requests.length).toBe(requests);
    expect(await service.openUploads()).toBe(0);
  }

  const random = new Random('leaving');

  it.each(Array.from({ length: 12 }, () => [random.int(0, LOG_BYTES - 1)]))(
    'failures 24: after %i bytes of a stream ends all reading',
    async (bytes) => {
      const request = ask('');
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.on('error', () => undefined);
      let seen = 0;
      response.on('data', (chunk: Buffer) => {
        seen += chunk.length;
        if (seen >= bytes) request.destroy();
      });
      await until(() => response.closed);
      await expectNothingLeft();
    },
  );

  it.each(Array.from({ length: 12 }, () => [random.int(1, REQUESTS)]))(
    'failures 24: at request %i of a signed_url leaves no upload',
    async (number) => {
      const reached = Promise.withResolvers<void>();
      let seen = 0;
      proxy.script = () => {
        if (++seen === number) reached.resolve();
        return undefined;
      };
      const request = ask('delivery=signed_url');
      await reached.promise;
      request.destroy();
      await expectNothingLeft();
    },
  );

  it('failures 24: before any byte of the store has come ends the wait for it', async () => {
    proxy.script = ({ key }) => (key.includes('/audit/') ? { kind: 'stall', after: 0 } : undefined);
    const request = ask('');
    await until(() => proxy.applied.length > 0);
    request.destroy();
    await expectNothingLeft();
  });
});
