import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { digest } from '../contracts/process/sample-log.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import { Service } from '../support/service.js';

const MIB = 1024 * 1024;
const DELIVERIES = ['stream', 'signed_url'] as const;
const LINES = Buffer.from(events(200, 0, 500));
const MORE = Buffer.from(events(50, 200));
const RUBBISH = Buffer.from('rubbish');
const gzip = (bytes: Buffer) => gzipSync(bytes);
const zstd = (bytes: Buffer) => zstdCompressSync(bytes);

/** A frame that asks for a window of 2 to that power, with one block of the bytes as they are (RFC 8878, 3.1.1). */
function zstdFrame(windowLog: number, bytes: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]);
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([head, block, bytes]);
}

/** 1 GiB of these 64 MiB, in members that are quickly made. */
function bomb(first: string, fill: string): Buffer {
  const member = gzipSync(Buffer.alloc(64 * MIB, fill));
  return Buffer.concat([gzipSync(first), ...Array<Buffer>(16).fill(member)]);
}

describe('compressed shards', () => {
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

  it.each<[what: string, name: string, stored: Buffer, log: Buffer]>([
    ['gzip', '1.jsonl.gz', gzip(LINES), LINES],
    ['zstd', '1.jsonl.zst', zstd(LINES), LINES],
    ['zstd with a window of 8 MiB', '1.jsonl.zst', zstdFrame(23, MORE), MORE],
    [
      'several gzip members, one of them empty',
      '1.jsonl.gz',
      Buffer.concat([gzip(LINES), gzip(Buffer.alloc(0)), gzip(MORE)]),
      Buffer.concat([LINES, MORE]),
    ],
    [
      'several zstd frames, one of them empty',
      '1.jsonl.zst',
      Buffer.concat([zstd(LINES), zstd(Buffer.alloc(0)), zstd(MORE)]),
      Buffer.concat([LINES, MORE]),
    ],
    [
      'a line that two gzip members share',
      '1.jsonl.gz',
      Buffer.concat([gzip(LINES.subarray(0, 1_000)), gzip(LINES.subarray(1_000))]),
      LINES,
    ],
  ])('failures 11: %s gives the right bytes by either delivery', async (what, name, stored, log) => {
    const engagement = `eng-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
    await service.seed(engagement, { [name]: stored });
    const stream = await service.log(engagement);
    expect([stream.status, stream.cut, digest(stream.body)]).toEqual([200, false, digest(log)]);
    const { s3_key } = (await service.log(engagement, 'delivery=signed_url')).json<SignedUrlResponse>();
    expect(digest((await service.read(s3_key!)).body)).toBe(digest(log));
  });

  it.each<[what: string, name: string, stored: Buffer]>([
    ['cut gzip', '1.jsonl.gz', gzip(LINES).subarray(0, -1)],
    ['cut zstd', '1.jsonl.zst', zstd(LINES).subarray(0, -1)],
    [
      'a second gzip member that is cut',
      '1.jsonl.gz',
      Buffer.concat([gzip(LINES), gzip(MORE).subarray(0, -9)]),
    ],
    [
      'a second zstd frame that is cut',
      '1.jsonl.zst',
      Buffer.concat([zstd(LINES), zstd(MORE).subarray(0, -9)]),
    ],
    ['rubbish behind gzip', '1.jsonl.gz', Buffer.concat([gzip(LINES), RUBBISH])],
    ['zero bytes behind gzip', '1.jsonl.gz', Buffer.concat([gzip(LINES), Buffer.alloc(512)])],
    ['rubbish behind zstd', '1.jsonl.zst', Buffer.concat([zstd(LINES), RUBBISH])],
    ['zstd with a window of 128 MiB', '1.jsonl.zst', zstdFrame(27, MORE)],
  ])('failures 11: %s is 502 corrupt_shard, and nothing is sent or published', async (what, name, stored) => {
    const engagement = `eng-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
    await service.seed(engagement, { [name]: stored });
    for (const delivery of DELIVERIES) {
      const answer = await service.log(engagement, `delivery=${delivery}`);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'corrupt_shard']);
      expect(String(answer.body)).not.toContain('llm_call');
    }
    expect(await service.exportsOf(engagement)).toEqual([]);
  });

  it.each([
    ['cut gzip', gzip(LINES).subarray(0, -1)],
    ['gzip with rubbish behind it', Buffer.concat([gzip(LINES), RUBBISH])],
  ])('failures 11: %s after a good shard resets the connection', async (what, stored) => {
    const engagement = `eng-late-${what.replaceAll(' ', '-')}`;
    await service.seed(engagement, { '1.jsonl': MORE, '2.jsonl.gz': stored });
    const answer = await service.log(engagement);
    expect([answer.status, answer.cut]).toEqual([200, true]);
    expect(Buffer.concat([MORE, LINES]).subarray(0, answer.body.length).equals(answer.body)).toBe(true);
  });

  describe('bombs', () => {
    /** The most memory that the process has while something goes on, beyond what it had before. */
    async function growthDuring(work: () => Promise<void>): Promise<number> {
      const before = process.memoryUsage().rss;
      let most = before;
      const looking = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
      await work();
      clearInterval(looking);
      return most - before;
    }

    it.each<[what: string, stored: Buffer, status: number]>([
      ['zeros', bomb('', '\0'), 502],
      ['one blank line', bomb('', ' '), 502],
      ['one event', bomb('{"a":"', 'x'), 200],
    ])(
      'failures 11: 1 GiB of %s in 1 MiB of gzip is no log, and costs little memory',
      async (what, stored, status) => {
        const engagement = `eng-bomb-of-${what.replaceAll(' ', '-')}`;
        expect(stored.length).toBeLessThan(2 * MIB);
        await service.seed(engagement, { '1.jsonl.gz': stored });
        const growth = await growthDuring(async () => {
          const answer = await service.log(engagement);
          // An event is sent as it comes: then it is the connection that is reset.
          expect([answer.status, answer.cut]).toEqual([status, status === 200]);
        });
        // Most of it is what the client of this test has received.
        expect(growth).toBeLessThan(512 * MIB);
        const link = await service.log(engagement, 'delivery=signed_url');
        expect([link.status, link.json<{ code: string }>().code]).toEqual([502, 'corrupt_shard']);
        expect(await service.exportsOf(engagement)).toEqual([]);
        expect(await service.openUploads()).toBe(0);
        const { segments } = service.nest.get(ReadBudget, { strict: false });
        expect(segments.peak).toBeLessThanOrEqual(8 * MIB);
      },
    );
  });
});
