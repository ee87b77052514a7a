import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { digest, sampleLog } from '../contracts/process/sample-log.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

/** The smallest budget that there is: 24 MiB of it are for shards. */
const BUDGET_MIB = 64;
/** More than that and what the network holds. */
const LOG = sampleLog(60, 1_000_000);
const FAILED = 'auditforge_audit_log_stream_failed';

describe('clients that are slow', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  let budget: ReadBudget;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty({
      environment: {
        AUDITFORGE_CLIENT_IDLE_SECONDS: '1',
        AUDITFORGE_MEMORY_BUDGET_MIB: String(BUDGET_MIB),
      },
    }));
    budget = service.nest.get(ReadBudget, { strict: false });
    const shards = LOG.shards.map((shard, at) => [`${String(at).padStart(2, '0')}.jsonl`, shard]);
    await service.seed('eng-1', Object.fromEntries(shards));
  });
  beforeEach(() => {
    proxy.reset();
    service.logs.length = 0;
  });
  afterAll(() => close());

  /** An answer of which nothing is read yet. */
  async function open(): Promise<IncomingMessage> {
    const url = `${service.url}/auditforge/engagement/eng-1/audit-log`;
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    return response;
  }

  const reads = () => proxy.requests.filter(({ key }) => key.includes('/audit/')).length;

  it('failures 25: one that reads nothing is cut off, and holds no more than the budget until then', async () => {
    const response = await open();
    await until(() => service.logged(FAILED).length > 0);
    expect(service.logged(FAILED)[0]).toMatchObject({
      engagement_id: 'eng-1',
      cause: { name: 'ClientCutOff' },
    });
    await until(() => budget.segments.inUse === 0 && budget.requests.inUse === 0);
    // What was read fits into the budget and the network's own buffers: the rest was never asked for.
    expect(reads()).toBeLessThan(LOG.shards.length);
    expect(budget.segments.peak).toBeLessThanOrEqual((BUDGET_MIB * 3 * 1024 * 1024) / 8);
    response.resume();
    await until(() => response.closed);
    expect(response.complete).toBe(false);
  });

  it('failures 25: one that reads slowly, but steadily, has it all', async () => {
    const response = await open();
    const pieces: Buffer[] = [];
    const begun = performance.now();
    for await (const bytes of response as AsyncIterable<Buffer>) {
      pieces.push(bytes);
      // In all it takes several times the idle limit.
      await sleep(10);
    }
    expect(performance.now() - begun).toBeGreaterThan(3_000);
    expect(digest(Buffer.concat(pieces))).toBe(digest(LOG.jsonl));
    expect(service.logged(FAILED)).toEqual([]);
    expect(budget.segments.peak).toBeLessThanOrEqual((BUDGET_MIB * 3 * 1024 * 1024) / 8);
  });
});
