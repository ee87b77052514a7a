import { describe, expect, it } from '@jest/globals';
import type { StoreRequest } from '../../support/faults/fault.js';
import { FaultPlan } from './fault-plan.js';
import { nameOf } from './random-fault.js';
import { identityOf, type RequestIdentity } from './request-identity.js';
import { runPlan } from './run-plan.js';

function shardRequest(name: string): RequestIdentity {
  return { engagement: 'run-1', what: 'shard', operation: 'GetObject', name, part: 'whole' };
}

function storeRequest(operation: string, key: string, more: Partial<StoreRequest> = {}): StoreRequest {
  const query = new URLSearchParams();
  return { number: 0, operation, method: 'GET', bucket: 'b', key, query, headers: {}, ...more };
}

describe('the plan of a run', () => {
  it('is the same for the same seed and number', () => {
    expect(runPlan(4711, 12)).toEqual(runPlan(4711, 12));
    expect(runPlan(4711, 12)).not.toEqual(runPlan(4711, 13));
    expect(runPlan(4711, 12)).not.toEqual(runPlan(4712, 12));
  });
});

describe('the faults of a run', () => {
  const { shards } = runPlan(1, 1);
  const names = Array.from({ length: 60 }, (_, at) => `shard-${at}.jsonl`);
  const plan = () => new FaultPlan('1:1', 'heavy', shards);

  it('do not depend on the order in which requests come', () => {
    const [one, other] = [plan(), plan()];
    const ask = (of: FaultPlan) => (name: string) =>
      [name, of.faultFor(shardRequest(name), { headers: {} })] as const;
    const asked = new Map(names.map(ask(one)));
    const reversed = new Map(names.toReversed().map(ask(other)));
    expect(new Map([...reversed].toReversed())).toEqual(asked);
  });

  it('differ from one try of a request to the next', () => {
    const faulty = plan();
    const tries = Array.from({ length: 40 }, () => faulty.faultFor(shardRequest('a.jsonl'), { headers: {} }));
    const refused = tries.filter((fault) => fault?.kind === 'status').length;
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(35);
  });

  it('never flip what cannot be checked', () => {
    const light = new FaultPlan('1:1', 'light', []);
    const kinds = Array.from({ length: 5_000 }, () =>
      light.faultFor(shardRequest('unknown.jsonl'), { headers: {} }),
    ).flatMap((fault) => (fault === undefined ? [] : [nameOf(fault)]));
    expect(kinds).toContain('reset');
    expect(kinds).not.toContain('flip');
  });
});

describe('what a request is about', () => {
  it.each([
    ['a record', storeRequest('GetObject', 'auditforge/engagements/run-1.json'), 'run-1', 'record'],
    ['a shard', storeRequest('GetObject', 'auditforge/audit/run-1/a b/🎯.jsonl'), 'run-1', 'shard'],
    [
      'an export',
      storeRequest('PutObject', 'auditforge/exports/run-1-20260508T132000Z.json'),
      'run-1',
      'export',
    ],
    [
      'a listing',
      storeRequest('ListObjectsV2', '', {
        query: new URLSearchParams({ prefix: 'auditforge/audit/run-12/' }),
      }),
      'run-12',
      'listing',
    ],
  ])('knows %s', (_, request, engagement, what) => {
    expect(identityOf(request)).toMatchObject({ engagement, what });
  });

  it('is not the second in the key of an export, nor the byte from which a read goes on', () => {
    const exported = (second: string) =>
      identityOf(storeRequest('PutObject', `auditforge/exports/run-1-20260508T1320${second}Z.jsonl`));
    expect(exported('00')).toEqual(exported('59'));
    const ranged = (range: string) =>
      identityOf(storeRequest('GetObject', 'auditforge/audit/run-1/a.jsonl', { headers: { range } }));
    expect(ranged('bytes=5-99')).toEqual(ranged('bytes=70-99'));
    expect(ranged('bytes=5-99')).not.toEqual(ranged('bytes=5-199'));
  });

  it('is an export for the list of its uploads', () => {
    const query = new URLSearchParams({ prefix: 'auditforge/exports/run-1-20260508T132000Z.jsonl' });
    const listed = identityOf(storeRequest('ListMultipartUploads', '', { query }));
    expect(listed).toMatchObject({ engagement: 'run-1', what: 'export' });
  });

  it('is nothing for the region of a bucket', () => {
    expect(identityOf(storeRequest('HeadBucket', ''))).toBeUndefined();
  });
});
