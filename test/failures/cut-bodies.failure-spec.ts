import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { OpenAnswer } from '../contracts/process/open-answer.js';
import { digest, sampleLog } from '../contracts/process/sample-log.js';
import { event, events } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Fault, StoreRequest } from '../support/faults/fault.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

const MIB = 1024 * 1024;
const DELIVERIES = ['stream', 'signed_url'] as const;
const SMALL = Buffer.from(events(1));
/** A small shard, so that the next one is read in full segments: two of 8 MiB and a rest. */
const LARGE = [Buffer.from(events(1)), ...sampleLog(1, 20 * MIB, 1).shards];

/** Numbers from 0 to 1, the same in every run. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('bodies of shards that are cut', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
    await service.seed('eng-small', { '1.jsonl': SMALL });
    await service.seed('eng-pair', { '1.jsonl': `${event(1)}\n`, '2.jsonl': `${event(2)}\n` });
    await service.seed('eng-large', { '1.jsonl': LARGE[0]!, '2.jsonl': LARGE[1]! });
    proxy.reset();
  });
  // Retries follow at once.
  beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(() => {
    jest.restoreAllMocks();
    proxy.reset();
  });
  afterAll(() => close());

  const isRead = ({ operation, key }: StoreRequest) => operation === 'GetObject' && key.includes('/audit/');
  const reads = () => proxy.requests.filter(isRead);

  /** The log that a client has in the end. */
  async function delivered(engagement: string, delivery: (typeof DELIVERIES)[number]): Promise<Buffer> {
    const answer = await service.log(engagement, `delivery=${delivery}`);
    expect([answer.status, answer.cut]).toEqual([200, false]);
    if (delivery === 'stream') return answer.body;
    const Key = answer.json<SignedUrlResponse>().s3_key!;
    const { body } = await service.read(Key);
    // Else hundreds of exports would look for a free second far ahead.
    await service.client.send(new DeleteObjectCommand({ Bucket: service.bucket, Key }));
    return body;
  }

  it.each(['reset', 'short'] as const)(
    'failures 14: cut after any byte of a shard, it is read on from there (%s)',
    async (kind) => {
      for (let after = 0; after < SMALL.length; after++) {
        proxy.reset();
        proxy.script = (request) => (isRead(request) && reads().length === 1 ? { kind, after } : undefined);
        const body = await delivered('eng-small', DELIVERIES[after % 2]!);
        expect([after, String(body)]).toEqual([after, String(SMALL)]);
        const [whole, rest, ...more] = reads();
        expect(more).toEqual([]);
        expect(whole!.headers['range']).toBeUndefined();
        expect(rest!.headers['if-match']).toBe(whole!.headers['if-match']);
        const from = startOf(rest!);
        // A reset may overtake bytes that were sent before it.
        if (kind === 'short') expect(from).toBe(after);
        else expect(from).toBeLessThanOrEqual(after);
        expect(rest!.headers['range']).toBe(from === 0 ? undefined : `bytes=${from}-${SMALL.length - 1}`);
      }
    },
  );

  it.each(DELIVERIES)(
    'failures 14: cut at random bytes of three segments, and again in the rest, a shard comes whole (%s)',
    async (delivery) => {
      const random = randomNumbers(14);
      const [small, large] = LARGE as [Buffer, Buffer];
      for (let round = 0; round < 3; round++) {
        proxy.reset();
        const cuts = new Map<number, number>();
        proxy.script = (request) => {
          const { range } = request.headers;
          if (!isRead(request) || range === undefined) return undefined;
          const end = Number(String(range).split('-')[1]);
          const cut = (cuts.get(end) ?? 0) + 1;
          cuts.set(end, cut);
          const after = Math.floor(random.next().value * (end - startOf(request)));
          return cut > 3 ? undefined : { kind: cut % 2 === 0 ? 'short' : 'reset', after };
        };
        const body = await delivered('eng-large', delivery);
        expect(digest(body)).toBe(digest(Buffer.concat([small, large])));
        expect(cuts.size).toBe(3);
        expect(reads()).toHaveLength(1 + 3 * 4);
        const etags = reads().map(({ key, headers }) => `${key} ${String(headers['if-match'])}`);
        expect(new Set(etags).size).toBe(2);
      }
    },
  );

  describe('whose rest is answered wrongly', () => {
    const wrong: Array<[what: string, rest: Fault, status: number, code: string]> = [
      ['the whole shard', { kind: 'ignored range' }, 503, 'storage_unavailable'],
      [
        'another range',
        { kind: 'headers', headers: { 'content-range': `bytes 0-9/${SMALL.length}` } },
        503,
        'storage_unavailable',
      ],
      [
        'a range of another size of shard',
        { kind: 'headers', headers: { 'content-range': `bytes 100-${SMALL.length - 1}/9999` } },
        503,
        'storage_unavailable',
      ],
      ['another etag', { kind: 'headers', headers: { etag: '"another"' } }, 409, 'snapshot_changed'],
    ];

    it.each(wrong)(
      'failures 15: with %s, before the first byte it is a status',
      async (_, rest, status, code) => {
        for (const delivery of DELIVERIES) {
          proxy.reset();
          proxy.script = (request) => {
            if (!isRead(request)) return undefined;
            return request.headers['range'] === undefined ? { kind: 'short', after: 100 } : rest;
          };
          const answer = await service.log('eng-small', `delivery=${delivery}`);
          expect([answer.status, answer.json<{ code: string }>().code]).toEqual([status, code]);
          expect(String(answer.body)).not.toContain('llm_call');
          // It is not asked again; another etag makes one new snapshot.
          expect(reads()).toHaveLength(status === 409 ? 4 : 2);
          expect(await service.exportsOf('eng-small')).toEqual([]);
        }
      },
    );

    it.each(wrong)('failures 15: with %s, after the first byte it is a reset', async (_, rest) => {
      const firstByte = Promise.withResolvers<void>();
      proxy.script = async (request) => {
        if (!isRead(request) || !request.key.endsWith('/2.jsonl')) return undefined;
        if (request.headers['range'] !== undefined) return rest;
        await firstByte.promise;
        return { kind: 'short', after: 100 };
      };
      const answer = await OpenAnswer.of(`${service.url}/auditforge/engagement/eng-pair/audit-log`);
      await until(() => answer.length > 0);
      firstByte.resolve();
      const { body, cut } = await answer.end();
      // Not a byte of the second shard, and none of the first twice.
      expect([String(body), cut]).toEqual([`${event(1)}\n`, true]);
    });

    it('failures 15: with the whole shard for a segment, nothing is published', async () => {
      proxy.script = (request) =>
        isRead(request) && startOf(request) === 8 * MIB ? { kind: 'ignored range' } : undefined;
      const answer = await service.log('eng-large', 'delivery=signed_url');
      expect(answer.json()).toMatchObject({ code: 'storage_unavailable' });
      expect(await service.exportsOf('eng-large')).toEqual([]);
      expect(await service.openUploads()).toBe(0);
    });
  });
});

/** The first byte that a request asks for. */
function startOf({ headers }: StoreRequest): number {
  return Number(/^bytes=(\d+)-/.exec(String(headers['range']))?.[1] ?? 0);
}
