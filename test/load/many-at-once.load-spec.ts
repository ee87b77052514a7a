import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { asJsonArray, events } from '../support/events.js';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { Service } from '../support/service.js';

const MIB = 1024 * 1024;

describe('40 exports at once', () => {
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      environment: { AUDITFORGE_MEMORY_BUDGET_MIB: '64', AUDITFORGE_EXPORT_WAIT_SECONDS: '120' },
    });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it('are all served within the memory budget, in both deliveries and formats', async () => {
    const shards = Array.from({ length: 8 }, (_, at) => [`${at}.jsonl`, events(100, at * 100, 3_500)]);
    await service.seed('eng-busy', Object.fromEntries(shards));
    const log = shards.map(([, body]) => body).join('');
    const digests = { jsonl: sha256(log), json: sha256(asJsonArray(log)) };

    const exportOne = async (at: number) => {
      const format = at % 2 === 0 ? 'jsonl' : 'json';
      if (at % 4 < 2)
        return [sha256((await service.log('eng-busy', `format=${format}`)).body), digests[format]];
      const answer = await service.log('eng-busy', `format=${format}&delivery=signed_url`);
      return [answer.json<SignedUrlResponse>().sha256, digests[format]];
    };
    const results = await Promise.all(Array.from({ length: 40 }, (_, at) => exportOne(at)));

    for (const [got, right] of results) expect(got).toBe(right);
    const budget = service.nest.get(ReadBudget, { strict: false });
    // The log is larger than a fair share, so the budget was what bounded the reading.
    expect(budget.segments.peak).toBeGreaterThan(MIB);
    expect(budget.segments.capacity + budget.parts.capacity).toBe(64 * MIB);
    expect(budget.segments.peak).toBeLessThanOrEqual(budget.segments.capacity);
    expect(budget.parts.peak).toBeLessThanOrEqual(budget.parts.capacity);
    expect([budget.segments.inUse, budget.parts.inUse, budget.requests.inUse]).toEqual([0, 0, 0]);
    expect(await service.openUploads()).toBe(0);
    expect(new Set(await service.exportsOf('eng-busy')).size).toBe(20);
  });

  it('more than may wait are 429 with Retry-After', async () => {
    const strict = await Service.start({
      store,
      environment: { AUDITFORGE_MAX_ACTIVE_EXPORTS: '1', AUDITFORGE_EXPORT_WAIT_SECONDS: '0' },
    });
    const shards = Array.from({ length: 50 }, (_, at) => [`${at}.jsonl`, events(20, at)]);
    await strict.seed('eng-one', Object.fromEntries(shards));
    const answers = await Promise.all(Array.from({ length: 6 }, () => strict.log('eng-one')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBe(6 - refused.length);
    for (const answer of refused) {
      expect(answer.json()).toMatchObject({ code: 'too_many_requests' });
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    await strict.close();
  });
});

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
