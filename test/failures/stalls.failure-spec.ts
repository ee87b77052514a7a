import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { digest, sampleLog } from '../contracts/process/sample-log.js';
import { event } from '../support/events.js';
import type { FaultProxy, FaultScript } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Fault, StoreRequest } from '../support/faults/fault.js';
import type { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

const DELIVERIES = ['stream', 'signed_url'] as const;
const STALL_SECONDS = 1;
const NUMBERS = Array.from({ length: 6 }, (_, at) => at);
const SMALL = NUMBERS.map((number) => Buffer.from(`${event(number)}\n`));
const UPLOADED = sampleLog(3, 4_000_000);
/** More than is read ahead and the network holds, so that reading has to wait for the client. */
const LARGE = sampleLog(60, 1_000_000);

const isRead = ({ operation, key }: StoreRequest) => operation === 'GetObject' && key.includes('/audit/');

/** Does this to the first request of each call, and nothing to those that follow. */
function firstTries(script: FaultScript): FaultScript {
  const seen = new Set<string>();
  return (request) => {
    const { operation, key, query } = request;
    const call = `${operation} ${operation === 'GetObject' ? key : ''} ${query.get('partNumber')}`;
    if (seen.has(call)) return undefined;
    seen.add(call);
    return script(request);
  };
}

describe('a store that falls silent', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty({
      environment: { AUDITFORGE_STALL_SECONDS: String(STALL_SECONDS), AUDITFORGE_MEMORY_BUDGET_MIB: '64' },
    }));
    await service.seed('eng-small', Object.fromEntries(SMALL.map((shard, at) => [`${at}.jsonl`, shard])));
    for (const [engagement, { shards }] of [
      ['eng-uploaded', UPLOADED],
      ['eng-large', LARGE],
    ] as const) {
      const named = shards.map((shard, at) => [`${String(at).padStart(2, '0')}.jsonl`, shard]);
      await service.seed(engagement, Object.fromEntries(named));
    }
  });
  afterEach(() => proxy.reset());
  afterAll(() => close());

  it.each(DELIVERIES)(
    'failures 16: in bodies of shards, after none or some bytes, is read on from there (%s)',
    async (delivery) => {
      proxy.reset();
      // Each shard of the log at another byte, the last one just before its end.
      const after = [0, 1, 50, 100, 150, SMALL[5]!.length - 1];
      proxy.script = firstTries((request) =>
        isRead(request) ? { kind: 'stall', after: after[Number(request.key.at(-7))]! } : undefined,
      );
      const answer = await service.log('eng-small', `delivery=${delivery}`);
      expect(answer.status).toBe(200);
      const reads = proxy.requests.filter(isRead);
      const body =
        delivery === 'stream'
          ? answer.body
          : (await service.read(answer.json<SignedUrlResponse>().s3_key!)).body;
      expect(String(body)).toBe(String(Buffer.concat(SMALL)));
      const seconds = NUMBERS.map((number) => reads.filter(({ key }) => key.endsWith(`/${number}.jsonl`))[1]);
      expect(seconds.map((request) => request?.headers['range'])).toEqual(
        after.map((from, at) => (from === 0 ? undefined : `bytes=${from}-${SMALL[at]!.length - 1}`)),
      );
    },
  );

  it('failures 16: at every call of a signed_url, is asked again, and makes one object', async () => {
    const isCall = ({ operation, key }: StoreRequest) =>
      [
        'ListObjectsV2',
        'HeadObject',
        'CreateMultipartUpload',
        'UploadPart',
        'CompleteMultipartUpload',
      ].includes(operation) || key.includes('/engagements/');
    const silent = new Set<string>();
    const end = Promise.withResolvers<Fault>();
    proxy.script = firstTries((request) => {
      if (!isCall(request)) return undefined;
      silent.add(request.operation);
      return request.operation === 'ListObjectsV2' ? { kind: 'stall', after: 300 } : end.promise;
    });
    const answer = await service.log('eng-uploaded', 'delivery=signed_url');
    end.resolve({ kind: 'status', status: 503 });
    proxy.reset();
    expect(answer.status).toBe(200);
    expect(silent.size).toBe(6);
    const { body } = await service.read(answer.json<SignedUrlResponse>().s3_key!);
    expect(digest(body)).toBe(digest(UPLOADED.jsonl));
    expect(await service.exportsOf('eng-uploaded')).toHaveLength(1);
    expect(await service.openUploads()).toBe(0);
  });

  it('failures 16: is not what a client that pauses for longer makes of it', async () => {
    const url = `${service.url}/auditforge/engagement/eng-large/audit-log`;
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const budget = service.nest.get(ReadBudget, { strict: false });
    await until(() => budget.segments.queued > 0 && proxy.active === 0);
    const before = proxy.requests.filter(isRead).map(({ key }) => key);
    expect(before.length).toBeLessThan(LARGE.shards.length);
    await sleep(3 * STALL_SECONDS * 1000);
    const body = Buffer.concat((await response.toArray()) as Buffer[]);
    expect(digest(body)).toBe(digest(LARGE.jsonl));
    const after = proxy.requests.filter(isRead).slice(before.length);
    expect(after.filter(({ key }) => before.includes(key))).toEqual([]);
  });
});
