import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { OpenAnswer } from '../contracts/process/open-answer.js';
import { digest, sampleLog } from '../contracts/process/sample-log.js';
import { event } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { StoreRequest } from '../support/faults/fault.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

const DELIVERIES = ['stream', 'signed_url'] as const;
const line = (number: number) => `${event(number)}\n`;

describe('shards that come and go while a log is exported', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
  });
  afterEach(() => proxy.reset());
  afterAll(() => close());

  const isRead = ({ operation, key }: StoreRequest, name: string) =>
    operation === 'GetObject' && key.includes('/audit/') && key.endsWith(name);
  const listings = () => proxy.requests.filter(({ operation }) => operation === 'ListObjectsV2').length;

  async function remove(Key: string): Promise<void> {
    await service.client.send(new DeleteObjectCommand({ Bucket: service.bucket, Key }));
  }

  /** The log that a client has in the end. */
  async function delivered(engagement: string, delivery: (typeof DELIVERIES)[number]): Promise<Buffer> {
    const answer = await service.log(engagement, `delivery=${delivery}`);
    expect([answer.status, answer.cut]).toEqual([200, false]);
    return delivery === 'stream'
      ? answer.body
      : (await service.read(answer.json<SignedUrlResponse>().s3_key!)).body;
  }

  it.each(DELIVERIES)(
    'failures 2: a shard deleted before the first byte is left out, by a new snapshot (%s)',
    async (delivery) => {
      const engagement = `eng-deleted-${delivery}`;
      await service.seed(engagement, { '1.jsonl': line(1), '2.jsonl': line(2), '3.jsonl': line(3) });
      proxy.reset();
      proxy.script = async (request) => {
        if (isRead(request, '/1.jsonl')) await remove(request.key);
        return undefined;
      };
      expect(String(await delivered(engagement, delivery))).toBe(line(2) + line(3));
      expect(listings()).toBe(2);
    },
  );

  it('failures 2: a shard deleted late in an upload is left out as well, and one object is published', async () => {
    const log = sampleLog(3, 5_000_000);
    await service.seed('eng-late', Object.fromEntries(log.shards.map((shard, at) => [`${at}.jsonl`, shard])));
    proxy.reset();
    proxy.script = async (request) => {
      if (!isRead(request, '/2.jsonl')) return undefined;
      await until(() => proxy.requests.some(({ operation }) => operation === 'CreateMultipartUpload'));
      await remove(request.key);
      return undefined;
    };
    const body = await delivered('eng-late', 'signed_url');
    expect(digest(body)).toBe(digest(Buffer.concat(log.shards.slice(0, 2))));
    expect(await service.exportsOf('eng-late')).toHaveLength(1);
    expect(await service.openUploads()).toBe(0);
  });

  it.each(DELIVERIES)(
    'failures 2: a shard deleted from the second snapshot too is 409 snapshot_changed (%s)',
    async (delivery) => {
      const engagement = `eng-deleted-twice-${delivery}`;
      await service.seed(engagement, { '1.jsonl': line(1), '2.jsonl': line(2), '3.jsonl': line(3) });
      proxy.reset();
      proxy.script = async (request) => {
        if (isRead(request, `/${listings()}.jsonl`)) await remove(request.key);
        return undefined;
      };
      const answer = await service.log(engagement, `delivery=${delivery}`);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([409, 'snapshot_changed']);
      expect(listings()).toBe(2);
      expect(await service.exportsOf(engagement)).toEqual([]);
    },
  );

  it('failures 2: a shard deleted after the first byte resets the connection', async () => {
    await service.seed('eng-reset', { '1.jsonl': line(1), '2.jsonl': line(2), '3.jsonl': line(3) });
    proxy.reset();
    const firstByte = Promise.withResolvers<void>();
    proxy.script = async (request) => {
      if (!isRead(request, '/2.jsonl')) return undefined;
      await firstByte.promise;
      await remove(request.key);
      return undefined;
    };
    const answer = await OpenAnswer.of(`${service.url}/auditforge/engagement/eng-reset/audit-log`);
    await until(() => answer.length > 0);
    firstByte.resolve();
    const { body, cut } = await answer.end();
    expect([String(body), cut]).toEqual([line(1), true]);
    expect(listings()).toBe(1);
    await until(() => service.logged('auditforge_audit_log_stream_failed').length > 0);
    expect(service.logged('auditforge_audit_log_stream_failed').at(-1)).toMatchObject({
      engagement_id: 'eng-reset',
      code: 'snapshot_changed',
    });
  });

  it.each(DELIVERIES)(
    'failures 3: a shard added after the listing is not in this export, and in the next (%s)',
    async (delivery) => {
      const engagement = `eng-added-${delivery}`;
      await service.seed(engagement, { '2.jsonl': line(2), '4.jsonl': line(4) });
      proxy.reset();
      proxy.script = async (request) => {
        if (!isRead(request, '/2.jsonl')) return undefined;
        for (const number of [1, 3, 5]) {
          await service.putShard(engagement, `${number}.jsonl`, line(number));
        }
        return undefined;
      };
      expect(String(await delivered(engagement, delivery))).toBe(line(2) + line(4));
      proxy.reset();
      expect(String(await delivered(engagement, delivery))).toBe([1, 2, 3, 4, 5].map(line).join(''));
    },
  );
});
