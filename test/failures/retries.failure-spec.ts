import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { MAX_ATTEMPTS } from '../../src/audit-forge/s3/retry.js';
import { digest, sampleLog } from '../contracts/process/sample-log.js';
import type { FaultProxy, FaultScript } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Fault, StoreRequest } from '../support/faults/fault.js';
import type { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

const DELIVERIES = ['stream', 'signed_url'] as const;
const LARGE = sampleLog(20, 1_000_000);
const SMALL = sampleLog(1, 5_000);
const BUSY: Fault[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, code: 'TooManyRequests', headers: { 'retry-after': '1' } },
];

/** Half of all requests fail, those with the same number of a call in every run. */
function halfFails(seed: number): FaultScript {
  const tries = new Map<string, number>();
  return ({ operation, key, query, headers }) => {
    const shard = key.includes('/audit/') ? `${key} ${String(headers['range'])}` : '';
    const call = `${operation} ${shard} ${query.get('partNumber')}`;
    const number = (tries.get(call) ?? 0) + 1;
    tries.set(call, number);
    const chance = createHash('sha256').update(`${seed} ${call} ${number}`).digest();
    return chance[0]! % 2 === 0 ? BUSY[chance[1]! % BUSY.length] : undefined;
  };
}

describe('a store that is overloaded', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty({ environment: { AUDITFORGE_MAX_ACTIVE_EXPORTS: '1' } }));
    for (const [engagement, { shards }] of [
      ['eng-large', LARGE],
      ['eng-small', SMALL],
    ] as const) {
      const named = shards.map((shard, at) => [`${String(at).padStart(2, '0')}.jsonl`, shard]);
      await service.seed(engagement, Object.fromEntries(named));
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
    proxy.reset();
  });
  afterAll(() => close());

  it.each(DELIVERIES)(
    'failures 12: with half of all calls failing, the log comes whole (%s)',
    async (delivery) => {
      proxy.script = halfFails(1);
      const answer = await service.log('eng-large', `delivery=${delivery}`);
      expect(proxy.applied.length).toBeGreaterThan(LARGE.shards.length / 2);
      proxy.reset();
      expect([answer.status, answer.cut]).toEqual([200, false]);
      const body =
        delivery === 'stream'
          ? answer.body
          : (await service.read(answer.json<SignedUrlResponse>().s3_key!)).body;
      expect(digest(body)).toBe(digest(LARGE.jsonl));
      expect(await service.openUploads()).toBe(0);
    },
  );

  it.each<[operation: string, engagement: string, delivery: (typeof DELIVERIES)[number], of: RegExp]>([
    ['GetObject', 'eng-small', 'stream', /engagements/],
    ['ListObjectsV2', 'eng-small', 'stream', /^$/],
    ['GetObject', 'eng-small', 'stream', /audit/],
    ['GetObject', 'eng-small', 'signed_url', /audit/],
    ['HeadObject', 'eng-small', 'signed_url', /exports/],
    ['PutObject', 'eng-small', 'signed_url', /exports/],
    ['CreateMultipartUpload', 'eng-large', 'signed_url', /exports/],
    ['UploadPart', 'eng-large', 'signed_url', /exports/],
    ['CompleteMultipartUpload', 'eng-large', 'signed_url', /exports/],
  ])(
    'failures 12: with %s of %s always failing (%s, %s), it is 503 after as many requests as are documented',
    async (operation, engagement, delivery, of) => {
      jest.spyOn(Math, 'random').mockReturnValue(0);
      const isHit = (request: StoreRequest) => request.operation === operation && of.test(request.key);
      proxy.script = (request) => (isHit(request) ? { kind: 'status', status: 503 } : undefined);
      const answer = await service.log(engagement, `delivery=${delivery}`);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([503, 'storage_unavailable']);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      const requests = proxy.requests.filter(isHit);
      const calls = new Set(requests.map(({ query }) => query.get('partNumber'))).size;
      expect(requests).toHaveLength(calls * MAX_ATTEMPTS);
      proxy.reset();
      expect(await service.openUploads()).toBe(0);
    },
  );

  it.each<[operation: string, delivery: (typeof DELIVERIES)[number]]>([
    ['ListObjectsV2', 'stream'],
    ['GetObject', 'stream'],
    ['GetObject', 'signed_url'],
    ['PutObject', 'signed_url'],
  ])(
    'failures 12 and 24: a client that leaves while %s waits for its next try ends the export at once (%s)',
    async (operation, delivery) => {
      // Then the wait is half a minute, which the limit below is far from.
      jest.spyOn(Math, 'random').mockReturnValue(600);
      const isHit = (request: StoreRequest) =>
        request.operation === operation && !request.key.includes('engagements');
      proxy.script = (request) => (isHit(request) ? { kind: 'status', status: 503 } : undefined);
      const left = new AbortController();
      const address = `${service.url}/auditforge/engagement/eng-small/audit-log?delivery=${delivery}`;
      const asked = fetch(address, { headers: { 'x-admin-token': ADMIN_TOKEN }, signal: left.signal });
      asked.catch(() => undefined);
      await until(() => proxy.applied.length > 0 && proxy.active === 0);
      left.abort();
      proxy.script = () => undefined;
      // There is one slot, which the next export would have to wait for.
      expect((await service.log('eng-small')).status).toBe(200);
      const tries = proxy.requests.filter(isHit).length;
      expect(tries).toBe(operation === 'PutObject' ? 1 : 2);
    },
  );
});
