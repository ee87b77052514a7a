import {
  CreateMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ShardReader } from '../../src/audit-forge/shards/shard-reader.js';
import { events } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';

const SMALL = events(20);
/** Three segments and more. */
const LONG = events(2_000, 0, 10_000);

describe('a byte that is flipped on its way', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
    for (const [name, log] of Object.entries({ small: SMALL, long: LONG })) {
      await service.seed(`eng-${name}-md5`, { '1.jsonl': log });
      for (const ChecksumAlgorithm of ['CRC32', 'SHA256', 'CRC64NVME'] as const) {
        const engagement = `eng-${name}-${ChecksumAlgorithm}`;
        await service.putEngagement(engagement);
        await service.putShard(engagement, '1.jsonl', log, { ChecksumAlgorithm });
      }
    }
  });
  afterEach(() => proxy.reset());
  afterAll(() => close());

  /** Flips a byte of the text of an event, which no look at the lines can notice. */
  function flipIn(log: string, segment = 0): void {
    const at = log.indexOf('llm_call', log.length / 2);
    proxy.script = ({ operation, key, headers }) => {
      const isShard = operation === 'GetObject' && key.includes('/audit/');
      const [, from = '0', to = String(log.length)] =
        /bytes=(\d+)-(\d+)/.exec(String(headers['range'])) ?? [];
      const isHere = segment === 0 ? Number(from) <= at && at <= Number(to) : from !== '0';
      return isShard && isHere ? { kind: 'flip', at: Math.max(0, at - Number(from)) } : undefined;
    };
  }

  const checks = ['md5', 'CRC32', 'SHA256', 'CRC64NVME'];

  it.each(checks)('failures 17: sends nothing of a shard of one segment (%s)', async (check) => {
    flipIn(SMALL);
    for (const query of ['', 'format=json', 'delivery=signed_url']) {
      const answer = await service.log(`eng-small-${check}`, query);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'corrupt_shard']);
    }
    expect(proxy.applied.length).toBeGreaterThanOrEqual(3);
    expect(await service.exportsOf(`eng-small-${check}`)).toEqual([]);
  });

  it.each(checks)('failures 17: never ends the body of a longer one (%s)', async (check) => {
    flipIn(LONG);
    for (const query of ['', 'format=json']) {
      const answer = await service.log(`eng-long-${check}`, query);
      expect([answer.status, answer.cut]).toEqual([200, true]);
      expect(answer.body.length).toBeLessThan(LONG.length);
    }
    const answer = await service.log(`eng-long-${check}`, 'delivery=signed_url');
    expect(answer.json()).toMatchObject({ status: 502, code: 'corrupt_shard' });
    proxy.reset();
    expect(await service.exportsOf(`eng-long-${check}`)).toEqual([]);
    expect(await service.openUploads()).toBe(0);
  });

  it('failures 17: is counted as unverified where the store has nothing to check it by', async () => {
    const target = { Bucket: service.bucket, Key: 'auditforge/audit/eng-parts/1.jsonl' };
    await service.putEngagement('eng-parts');
    const { UploadId } = await service.client.send(new CreateMultipartUploadCommand(target));
    const { ETag } = await service.client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: SMALL }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await service.client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
    const reader = service.nest.get(ShardReader, { strict: false });
    const before = reader.unverifiedShards;
    expect((await service.log('eng-parts')).body.toString()).toBe(SMALL);
    expect(reader.unverifiedShards).toBe(before + 1);
  });
});
