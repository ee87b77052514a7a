import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { until } from '../support/until.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('what an export costs', () => {
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  /** The store's requests during a call, by operation. */
  async function requestsOf(call: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = store.requests.length;
    await call();
    const counts: Record<string, number> = {};
    for (const { operation } of store.requests.slice(before))
      counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  describe('in requests to the store', () => {
    it('of a typical log is one for each shard, and few beside them', async () => {
      await service.seed('eng-typical', shards(12, 5));
      const stream = { GetObject: 1 + 12, ListObjectsV2: 1 };
      expect(await requestsOf(() => service.log('eng-typical'))).toEqual(stream);
      expect(await requestsOf(() => service.log('eng-typical', 'delivery=signed_url'))).toEqual({
        ...stream,
        HeadObject: 1,
        // The log, and the record of its export.
        PutObject: 2,
      });
    });

    it('grows by one page for each thousand shards', async () => {
      await service.seed('eng-many', shards(2_100, 1));
      expect(await requestsOf(() => service.log('eng-many'))).toEqual({
        GetObject: 1 + 2_100,
        ListObjectsV2: 3,
      });
    });

    it('of a large shard is one for each range, and one for its checksum', async () => {
      const line = `{"text":"${'x'.repeat(MIB - 12)}"}\n`;
      await service.seed('eng-large', { '1.jsonl': line.repeat(30) });
      // Ranges of 256 KiB, 1, 4 and then 8 MiB; the parts of the export are of 8 MiB.
      const ranges = 3 + Math.ceil((30 - 5.25) / 8);
      expect(await requestsOf(() => service.log('eng-large', 'delivery=signed_url'))).toEqual({
        GetObject: 1 + ranges,
        ListObjectsV2: 1,
        // For a free key, for the checksum of the shard, and for what was written.
        HeadObject: 1 + 1 + 1,
        CreateMultipartUpload: 1,
        UploadPart: 4,
        CompleteMultipartUpload: 1,
        PutObject: 1,
      });
    });
  });

  it('in memory does not grow with the log', async () => {
    const line = `{"text":"${'x'.repeat(MIB - 12)}"}\n`;
    const held: number[] = [];
    for (const mib of [80, 320]) {
      const fresh = await Service.start({ store });
      await fresh.seed('eng-grown', Object.fromEntries(numbered(mib / 16, () => line.repeat(16))));
      await fresh.log('eng-grown', 'delivery=signed_url&format=json');
      const { segments, parts } = fresh.nest.get(ReadBudget, { strict: false });
      held.push(segments.held + parts.held);
      await fresh.close();
    }
    expect(held[1]).toBe(held[0]);
    // Slabs of 8 MiB: four of segments ahead, one of first ranges, which are smaller, and four parts on their way.
    expect(held[1]).toBeLessThanOrEqual((4 + 1 + 4) * 8 * MIB);
  });

  it('is shared: clients that do not read leave room for who comes next', async () => {
    const scarce = await Service.start({ store, environment: { AUDITFORGE_MEMORY_BUDGET_MIB: '64' } });
    const line = `{"text":"${'x'.repeat(256 * KIB - 12)}"}\n`;
    await scarce.seed('eng-whale', Object.fromEntries(numbered(100, () => line)));
    await scarce.seed('eng-minnow', shards(12, 50));
    const { segments } = scarce.nest.get(ReadBudget, { strict: false });
    const url = `${scarce.url}/auditforge/engagement/eng-whale/audit-log`;
    const stalled = Array.from({ length: 8 }, () =>
      request(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent: false }).end(),
    );
    for (const whale of stalled) whale.on('error', () => undefined);
    // Each wants more than it gets, and gives nothing back.
    await until(() => segments.queued >= 6);
    for (const query of ['', 'delivery=signed_url']) {
      expect((await scarce.log('eng-minnow', query)).status).toBe(200);
    }
    expect(segments.queued).toBeGreaterThan(0);
    expect(segments.peak).toBeLessThan(segments.capacity);
    for (const whale of stalled) whale.destroy();
    await until(() => segments.inUse === 0);
    await scarce.close();
  });
});

/** `count` shards of `lines` events each. */
function shards(count: number, lines: number): Record<string, string> {
  return Object.fromEntries(numbered(count, (at) => events(lines, at * lines)));
}

function numbered(count: number, body: (at: number) => string): Array<[name: string, body: string]> {
  return Array.from({ length: count }, (_, at) => [`${String(at).padStart(6, '0')}.jsonl`, body(at)]);
}
