import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { events } from '../support/events.js';
import type { Fault, StoreRequest } from '../support/faults/fault.js';
import type { FaultProxy, FaultScript } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

/** Four parts of 8 MiB, and a rest. */
const SHARDS = Object.fromEntries(
  Array.from({ length: 4 }, (_, at) => [`${at}.jsonl`, events(900, at * 900, 9_500)]),
);
const REFUSED: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
const BROKEN: Fault = { kind: 'status', status: 400, code: 'InvalidPart' };

describe('an export that fails once its upload has begun', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
    await service.seed('eng-1', SHARDS);
  });
  afterEach(() => proxy.reset());
  afterAll(() => close());

  const isPart = ({ operation, query }: StoreRequest, number: number) =>
    operation === 'UploadPart' && query.get('partNumber') === String(number);
  const operations = () => proxy.requests.map(({ operation }) => operation);

  async function expectNothingLeft(engagement = 'eng-1'): Promise<void> {
    const budget = service.nest.get(ReadBudget, { strict: false });
    await until(() => budget.parts.inUse === 0 && budget.segments.inUse === 0 && budget.requests.inUse === 0);
    expect(proxy.active).toBe(0);
    // No part was sent once the upload had been aborted.
    const aborted = operations().indexOf('AbortMultipartUpload');
    expect(aborted).toBeGreaterThan(0);
    expect(operations().slice(aborted)).not.toContain('UploadPart');
    proxy.reset();
    expect(await service.openUploads()).toBe(0);
    expect(await service.exportsOf(engagement)).toEqual([]);
  }

  it.each<[what: string, script: FaultScript, code: string]>([
    ['its first part', (request) => (isPart(request, 1) ? REFUSED : undefined), 'storage_access_denied'],
    ['a later part', (request) => (isPart(request, 3) ? REFUSED : undefined), 'storage_access_denied'],
    [
      'its completion',
      ({ operation }) => (operation === 'CompleteMultipartUpload' ? BROKEN : undefined),
      'storage_unavailable',
    ],
  ])('failures 23: leaves nothing where the store refuses %s', async (_, script, code) => {
    proxy.script = script;
    const answer = await service.log('eng-1', 'delivery=signed_url');
    expect(answer.json()).toMatchObject({ code });
    await expectNothingLeft();
  });

  it('failures 23: awaits the parts on their way before it is aborted', async () => {
    const others = Promise.withResolvers<undefined>();
    let held = 0;
    proxy.script = (request) => {
      if (isPart(request, 2)) return REFUSED;
      if (request.operation !== 'UploadPart') return undefined;
      held++;
      return others.promise;
    };
    const answer = service.log('eng-1', 'delivery=signed_url');
    await until(() => proxy.applied.length > 0);
    expect(held).toBeGreaterThan(0);
    expect(operations()).not.toContain('AbortMultipartUpload');
    others.resolve(undefined);
    expect((await answer).status).toBe(502);
    await expectNothingLeft();
  });

  it('failures 23: leaves nothing where its last shard is rubbish', async () => {
    await service.seed('eng-rubbish', { ...SHARDS, '9.jsonl': 'rubbish' });
    proxy.reset();
    const answer = await service.log('eng-rubbish', 'delivery=signed_url');
    expect(answer.json()).toMatchObject({ code: 'corrupt_shard' });
    await expectNothingLeft('eng-rubbish');
  });

  it('failures 23: leaves nothing where the store fails the first aborts', async () => {
    let failing = 3;
    proxy.script = (request) => {
      if (isPart(request, 2)) return REFUSED;
      return request.operation === 'AbortMultipartUpload' && failing-- > 0
        ? { kind: 'status', status: 503 }
        : undefined;
    };
    expect((await service.log('eng-1', 'delivery=signed_url')).status).toBe(502);
    expect(proxy.applied.filter(({ fault }) => fault.kind === 'status' && fault.status === 503)).toHaveLength(
      3,
    );
    await expectNothingLeft();
  });

  it('failures 23: leaves nothing where the answer to its beginning was lost', async () => {
    let lost = 2;
    proxy.script = ({ operation }) =>
      operation === 'CreateMultipartUpload' && lost-- > 0 ? { kind: 'lost answer' } : undefined;
    const answer = await service.log('eng-1', 'delivery=signed_url');
    expect(answer.status).toBe(200);
    proxy.reset();
    expect(await service.openUploads()).toBe(0);
    expect(await service.exportsOf('eng-1')).toHaveLength(1);
  });

  it.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'failures 23: leaves no upload where the client goes away at %s',
    async (operation) => {
      const reached = Promise.withResolvers<void>();
      proxy.script = async (request) => {
        if (request.operation !== operation || request.key.includes('/audit/')) return undefined;
        reached.resolve();
        return { kind: 'delay', ms: 100 };
      };
      const url = `${service.url}/auditforge/engagement/eng-1/audit-log?delivery=signed_url`;
      const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false });
      request.on('error', () => undefined).end();
      await reached.promise;
      request.destroy();
      const budget = service.nest.get(ReadBudget, { strict: false });
      await until(() => budget.parts.inUse === 0 && proxy.active === 0);
      proxy.reset();
      expect(await service.openUploads()).toBe(0);
    },
  );
});
