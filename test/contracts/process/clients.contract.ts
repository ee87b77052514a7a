import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { StoreRequest } from '../../support/faults/fault.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';
import { OpenAnswer } from './open-answer.js';
import type { ProcessBench } from './process-bench.js';
import { digest, sampleLog } from './sample-log.js';
import { askWithoutReading } from './silent-client.js';

const MIB = 1024 * 1024;
const BUDGET_MIB = 64;
const SMALL = sampleLog(3, 5_000);

/** Numbers from 0 to 1, the same in every run. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** What the service does about clients that stop reading, and that go away. */
export function describeClients(bench: ProcessBench): void {
  async function restOf(socket: Socket): Promise<Buffer> {
    const received: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => received.push(bytes)).resume();
    await until(() => socket.closed);
    return Buffer.concat(received);
  }

  describe('clients', () => {
    it('failures 25: that stop reading are cut off, and cost bounded memory until then', async () => {
      const log = sampleLog(20, 2_000_000);
      const stalled = 5;
      await bench.bucket.putLog('eng-large', log);
      await bench.bucket.putLog('eng-small', SMALL);
      const service = await bench.start({
        AUDITFORGE_CLIENT_IDLE_SECONDS: '2',
        AUDITFORGE_MEMORY_BUDGET_MIB: String(BUDGET_MIB),
      });
      await service.get(service.logAddress('eng-small'));
      const before = service.peakMemory;

      const sockets = await Promise.all(
        Array.from({ length: stalled }, () => askWithoutReading(service, 'eng-large')),
      );
      await until(() => service.logged('auditforge_audit_log_stream_failed').length === stalled);
      // Half of the logs: neither they nor as much as may be read ahead of each is held.
      expect(service.peakMemory - before).toBeLessThan((BUDGET_MIB + 32) * MIB);
      expect((BUDGET_MIB + 32) * MIB).toBeLessThan(stalled * log.jsonl.length);
      for (const socket of sockets) {
        const received = await restOf(socket);
        expect(received.subarray(-5).toString()).not.toBe('0\r\n\r\n');
        expect(received.length).toBeLessThan(log.jsonl.length);
      }
      const { body } = await service.get(service.logAddress('eng-large'));
      expect(digest(body)).toBe(digest(log.jsonl));
    });

    it('failures 24: that leave a stream, each at another byte, end its reading', async () => {
      const log = sampleLog(160, 128_000);
      const random = randomNumbers(24);
      await bench.bucket.putLog('eng-1', log);
      const service = await bench.start();
      const leaving = Array.from({ length: 10 }, async () => {
        // Well before the end, which the kernel may have taken already.
        const leaveAt = random.next().value * log.jsonl.length * 0.6;
        const stream = await OpenAnswer.of(service.logAddress('eng-1'));
        await until(() => stream.length >= leaveAt);
        stream.leave();
      });
      await Promise.all(leaving);
      await bench.quiet();
      const reads = bench.proxy.requests.filter(({ key }) => key.includes('/audit/eng-1/')).length;
      expect(reads).toBeLessThan(leaving.length * log.shards.length);
      expect(bench.proxy.active).toBe(0);
      expect(service.logged('auditforge_audit_log_stream_failed')).toEqual([]);
      expect(digest((await service.get(service.logAddress('eng-1'))).body)).toBe(digest(log.jsonl));
    });

    it('failures 24: that leave before they have their link, each at another request to the store, leave no upload', async () => {
      const log = sampleLog(12, 1_000_000);
      const random = randomNumbers(42);
      const engagements = Array.from({ length: 10 }, (_, at) => `eng-${at}`);
      for (const engagement of engagements) await bench.bucket.putLog(engagement, log);
      const service = await bench.start();
      const seen = new Map<string, number>();
      bench.proxy.script = (request) => {
        const engagement = engagementOf(request);
        seen.set(engagement, (seen.get(engagement) ?? 0) + 1);
        return undefined;
      };
      await Promise.all(
        engagements.map(async (engagement) => {
          // A whole export takes 19: its record, two listings, its shards, and an upload of two parts.
          const leaveAt = Math.floor(1 + random.next().value * 19);
          const left = new AbortController();
          const asked = fetch(service.logAddress(engagement, 'delivery=signed_url'), {
            headers: { 'x-admin-token': ADMIN_TOKEN },
            signal: left.signal,
          });
          asked.catch(() => undefined);
          await until(() => (seen.get(engagement) ?? 0) >= leaveAt);
          left.abort();
        }),
      );
      await bench.quiet();
      expect(bench.proxy.active).toBe(0);
      expect(await bench.bucket.openUploads()).toEqual([]);
      // None of those that left early, and whole ones of those that left as the store put them together.
      const exports = await bench.bucket.exports();
      expect(exports.length).toBeLessThan(engagements.length);
      for (const key of exports) {
        expect(digest(await bench.bucket.read(key))).toBe(digest(log.jsonl));
      }
    });
  });
}

function engagementOf({ key, query }: StoreRequest): string {
  return /eng-\d+/.exec(key || (query.get('prefix') ?? ''))?.[0] ?? '';
}
