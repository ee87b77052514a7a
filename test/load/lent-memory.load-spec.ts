import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLogExporter, type Caller, type SignedUrlResponse } from '../../src/audit-forge/index.js';
import type { LogFormat } from '../../src/audit-forge/encoders/formats.js';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { asJsonArray, events } from '../support/events.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';

const MIB = 1024 * 1024;
/** What a slow client reads at once before it rests. */
const BURST_BYTES = 512 * 1024;
const IMPORTER: Caller = { kind: 'service', subject: 'importer' };

/** An engagement's shards as they are stored, and its log. */
interface Seeded {
  id: string;
  shards: Record<string, string | Buffer>;
  log: string;
}

/** Kinds of logs, each with events of its own: no byte of one is right in another. */
const KINDS: Array<(from: number) => Array<[plain: string, compressed: boolean]>> = [
  // More than one segment, and small ones around it.
  (from) => [
    [events(3, from), false],
    [events(4_600, from + 10, 2_000), false],
    [events(3, from + 9_000), false],
  ],
  // Hundreds of small ones.
  (from) => Array.from({ length: 200 }, (_, at) => [events(6, from + at * 6), false]),
  // Compressed ones, of one segment each, that come to several pieces.
  (from) => Array.from({ length: 4 }, (_, at) => [events(900, from + at * 1_000, 500), true]),
  // Of sizes that fit each other's memory, plain and compressed.
  (from) => Array.from({ length: 16 }, (_, at) => [events(40 + at * 25, from + at * 600, 300), at % 3 === 0]),
];

function seeded(id: string, kind: number, from: number): Seeded {
  const parts = KINDS[kind]!(from);
  const shards = parts.map(([plain, compressed], at): [string, string | Buffer] => {
    const name = String(at).padStart(4, '0');
    return compressed ? [`${name}.jsonl.gz`, gzipSync(plain)] : [`${name}.jsonl`, plain];
  });
  return { id, shards: Object.fromEntries(shards), log: parts.map(([plain]) => plain).join('') };
}

describe('memory that is lent again and again', () => {
  // 4 kinds, 2 formats, 2 deliveries.
  const engagements = Array.from({ length: 16 }, (_, at) => seeded(`eng-${at}`, at % 4, at * 100_000));
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      environment: { AUDITFORGE_MEMORY_BUDGET_MIB: '64', AUDITFORGE_EXPORT_WAIT_SECONDS: '120' },
    });
    for (const { id, shards } of engagements) await service.seed(id, shards);
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  /** The hash of a streamed log, read in bursts as by a slow client. */
  async function streamed(id: string, format: LogFormat, coded: boolean): Promise<string> {
    const request = httpRequest(`${service.url}/auditforge/engagement/${id}/audit-log?format=${format}`, {
      headers: { 'x-admin-token': ADMIN_TOKEN, ...(coded ? { 'accept-encoding': 'gzip' } : {}) },
      agent: false,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers['content-encoding']]).toEqual([
      200,
      coded ? 'gzip' : undefined,
    ]);
    const hash = createHash('sha256');
    await readInBursts(coded ? response.pipe(createGunzip()) : response, hash);
    expect(response.complete).toBe(true);
    return hash.digest('hex');
  }

  /** The hashes of an export: as the service says, and of what lies in the bucket. */
  async function stored(id: string, format: LogFormat): Promise<string[]> {
    const answer = await service.log(id, `format=${format}&delivery=signed_url`);
    const { sha256: told, s3_key: key } = answer.json<SignedUrlResponse>();
    return [told!, sha256((await service.read(key!)).body)];
  }

  /** What an importing service makes of a log that it collects as a whole, without a look at it before. */
  async function collected(id: string, format: LogFormat): Promise<string> {
    const log = await service.nest
      .get(AuditLogExporter, { strict: false })
      .stream(IMPORTER, { engagementId: id, format });
    try {
      return sha256(Buffer.concat(await Array.fromAsync(log.bytes)));
    } finally {
      await log.close();
    }
  }

  const right = ({ log }: Seeded, format: LogFormat) => sha256(format === 'json' ? asJsonArray(log) : log);
  const formatOf = (at: number): LogFormat => (Math.floor(at / 4) % 2 === 0 ? 'jsonl' : 'json');

  function expectAllReturned(): void {
    const { segments, parts, requests } = service.nest.get(ReadBudget, { strict: false });
    expect([segments.inUse, parts.inUse, requests.inUse]).toEqual([0, 0, 0]);
    expect(segments.peak).toBeLessThanOrEqual(segments.capacity);
    expect(segments.held).toBeLessThanOrEqual(segments.capacity);
    expect(parts.peak).toBeLessThanOrEqual(parts.capacity);
  }

  it('never mixes 16 exports at once, in both formats and deliveries, plain and compressed', async () => {
    const total = engagements.reduce((sum, { log }) => sum + log.length, 0);
    const { segments } = service.nest.get(ReadBudget, { strict: false });
    // Otherwise each export could have memory of its own.
    expect(total).toBeGreaterThan(segments.capacity);
    const results = await Promise.all(
      engagements.map(async (engagement, at) => {
        const format = formatOf(at);
        const got =
          at < 8
            ? [await streamed(engagement.id, format, at % 2 === 0)]
            : await stored(engagement.id, format);
        return { id: engagement.id, format, got, expected: got.map(() => right(engagement, format)) };
      }),
    );
    for (const { id, format, got, expected } of results)
      expect([id, format, got]).toEqual([id, format, expected]);
    expectAllReturned();
    expect(segments.peak).toBeGreaterThan(8 * MIB);
  });

  it('is right in a log that is collected as a whole, while other exports run', async () => {
    const results = await Promise.all(
      engagements.map(async (engagement, at) => {
        // The other half as the first test had it: what was a stream is collected, what was stored is streamed.
        const format = formatOf(at);
        const got =
          at < 8
            ? await collected(engagement.id, format)
            : await streamed(engagement.id, format, at % 2 === 1);
        return { id: engagement.id, got, expected: right(engagement, format) };
      }),
    );
    for (const { id, got, expected } of results) expect([id, got]).toEqual([id, expected]);
    expectAllReturned();
  });

  it('comes back from clients that leave in the middle, and is right for those that stay', async () => {
    const leave = async (id: string) => {
      const request = httpRequest(`${service.url}/auditforge/engagement/${id}/audit-log`, {
        headers: { 'x-admin-token': ADMIN_TOKEN, 'accept-encoding': 'gzip' },
        agent: false,
      });
      request.on('error', () => undefined);
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.on('error', () => undefined);
      await once(response, 'data');
      request.destroy();
      return undefined;
    };
    const results = await Promise.all(
      engagements.map(({ id }, at) => (at % 2 === 0 ? leave(id) : collected(id, 'jsonl'))),
    );
    for (const [at, got] of results.entries()) {
      if (got !== undefined) expect([at, got]).toEqual([at, right(engagements[at]!, 'jsonl')]);
    }
    // A client's leaving is seen a moment later.
    const { segments, requests } = service.nest.get(ReadBudget, { strict: false });
    while (segments.inUse > 0 || requests.inUse > 0) await sleep(10);
    expectAllReturned();
  });
});

async function readInBursts(body: AsyncIterable<Buffer>, hash: Hash): Promise<void> {
  let inBurst = 0;
  for await (const bytes of body) {
    hash.update(bytes);
    inBurst += bytes.length;
    if (inBurst < BURST_BYTES) continue;
    inBurst = 0;
    await sleep(20);
  }
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
