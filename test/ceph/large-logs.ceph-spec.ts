import { get } from 'node:http';
import { DeleteObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { LOG_FORMATS, type LogFormat } from '../../src/audit-forge/encoders/formats.js';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import type { StoreUnderTest } from '../contracts/store-under-test.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { openCephStore } from './ceph-store.js';
import { download } from './download.js';
import { putLargeLog, type LogFacts, type LogPlan } from './large-log.js';

describe('large logs on ceph', () => {
  let store: StoreUnderTest;
  let service: Service;
  beforeAll(async () => {
    store = await openCephStore();
    service = await Service.start({ store });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  const address = (engagement: string, query: string) =>
    `${service.url}/auditforge/engagement/${engagement}/audit-log?${query}`;
  const admin = { 'x-admin-token': ADMIN_TOKEN };

  async function seed(engagement: string, bucket: string, plan: LogPlan): Promise<LogFacts> {
    await service.putEngagement(engagement, bucket === service.bucket ? {} : { source_bucket: bucket });
    return putLargeLog(plan, (name, body) => put(bucket, `auditforge/audit/${engagement}/${name}`, body));
  }

  async function put(Bucket: string, Key: string, Body: string): Promise<void> {
    await service.client.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  async function signedUrl(engagement: string, format: LogFormat): Promise<SignedUrlResponse> {
    const answer = await service.log(engagement, `delivery=signed_url&format=${format}`);
    expect(answer.status).toBe(200);
    return answer.json();
  }

  async function openUploads(bucket: string): Promise<number> {
    const { Uploads } = await service.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads?.length ?? 0;
  }

  async function expectStream(engagement: string, format: LogFormat, facts: LogFacts, shardCount: number) {
    const url = address(engagement, `format=${format}`);
    const streamed = await download(url, { ...admin, te: 'trailers' });
    expect(streamed).toEqual({
      status: 200,
      whole: true,
      ...facts.bytes[format],
      trailers: {
        'repr-digest': `sha-256=:${Buffer.from(facts.bytes[format].sha256, 'hex').toString('base64')}:`,
        'auditforge-event-count': String(facts.eventCount),
        'auditforge-shard-count': String(shardCount),
      },
    });
  }

  function expectWithinBudget(): void {
    const budget = service.nest.get(ReadBudget, { strict: false });
    for (const turns of [budget.segments, budget.parts, budget.requests]) {
      expect(turns.peak).toBeGreaterThan(0);
      expect(turns.peak).toBeLessThanOrEqual(turns.capacity);
      expect(turns.inUse).toBe(0);
    }
  }

  describe('1 GB in 64 shards', () => {
    const plan = { shardCount: 64, shardBytes: 16_000_000 };
    let facts: LogFacts;
    beforeAll(async () => {
      facts = await seed('eng-gigabyte', service.bucket, plan);
      expect(facts.bytes.jsonl.size).toBeGreaterThan(1_000_000_000);
    }, 180_000);

    it.each(LOG_FORMATS)('is streamed as %s', (format) =>
      expectStream('eng-gigabyte', format, facts, plan.shardCount),
    );

    it.each(LOG_FORMATS)('is one object behind a link as %s', async (format) => {
      const { sha256, size } = facts.bytes[format];
      const answer = await signedUrl('eng-gigabyte', format);
      expect(answer).toMatchObject({
        sha256,
        size_bytes: size,
        event_count: facts.eventCount,
        shard_count: plan.shardCount,
        s3_bucket: service.bucket,
        s3_version_id: null,
      });
      const downloaded = await download(answer.signed_url!);
      expect(downloaded).toEqual({ status: 200, whole: true, sha256, size, trailers: {} });
      // The store holds all in memory.
      await service.client.send(new DeleteObjectCommand({ Bucket: service.bucket, Key: answer.s3_key! }));
    });

    it('leaves no upload when the client goes away', async () => {
      const request = get(address('eng-gigabyte', 'delivery=signed_url'), { headers: admin });
      request.on('error', () => undefined);
      await eventually(async () => expect(await openUploads(service.bucket)).toBe(1));
      request.destroy();
      await eventually(async () => expect(await openUploads(service.bucket)).toBe(0));
      expect(await service.exportsOf('eng-gigabyte')).toEqual([]);
    });

    it('leaves no upload when its last shard is rubbish', async () => {
      await put(service.bucket, 'auditforge/audit/eng-gigabyte/part-99999.jsonl', 'rubbish');
      const answer = await service.log('eng-gigabyte', 'delivery=signed_url');
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'corrupt_shard']);
      const streamed = await download(address('eng-gigabyte', ''), admin);
      expect(streamed).toMatchObject({ status: 200, whole: false });
      expect(await openUploads(service.bucket)).toBe(0);
      expect(await service.exportsOf('eng-gigabyte')).toEqual([]);
    });

    it('stays within the memory budget', expectWithinBudget);
  });

  describe('300 MB in 2,000 shards, in a versioned bucket of its own', () => {
    const plan = { shardCount: 2_000, shardBytes: 150_000 };
    let facts: LogFacts;
    let bucket: string;
    beforeAll(async () => {
      bucket = await store.makeBucket({ versioned: true });
      facts = await seed('eng-many', bucket, plan);
      expect(facts.bytes.jsonl.size).toBeGreaterThan(300_000_000);
    }, 180_000);

    it.each(LOG_FORMATS)('is streamed as %s', (format) =>
      expectStream('eng-many', format, facts, plan.shardCount),
    );

    it.each(LOG_FORMATS)(
      'is one object behind a link as %s, also once its key is written again',
      async (format) => {
        const { sha256, size } = facts.bytes[format];
        const answer = await signedUrl('eng-many', format);
        expect(answer).toMatchObject({
          sha256,
          size_bytes: size,
          event_count: facts.eventCount,
          shard_count: plan.shardCount,
          s3_bucket: bucket,
          s3_version_id: expect.any(String),
        });
        await put(bucket, answer.s3_key!, 'written over');
        const now = await service.read(answer.s3_key!, bucket);
        expect(now.body.toString()).toBe('written over');
        const downloaded = await download(answer.signed_url!);
        expect(downloaded).toEqual({ status: 200, whole: true, sha256, size, trailers: {} });
        expect(await service.exportsOf('eng-many')).toEqual([]);
        expect(await openUploads(bucket)).toBe(0);
      },
    );

    it('stays within the memory budget', expectWithinBudget);
  });
});

/** Tries until it holds; the limit is for the failing case alone. */
async function eventually(check: () => Promise<void>, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
