import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { LogFormat } from '../../../src/audit-forge/encoders/formats.js';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import type { ServiceProcess } from '../../support/service-process.js';
import { sessionToken } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';
import type { ProcessBench } from './process-bench.js';
import { digest, sampleLog } from './sample-log.js';
import { askWithoutReading } from './silent-client.js';

const MIB = 1024 * 1024;
const BUDGET_MIB = 64;
/** What a process may take beyond its budget: code, sockets, requests and what is still to be collected. */
const FIXED_MIB = 96;
const COUNT = 200;
/** Each of so many is large: 20 of them. */
const LARGE_EACH = 10;

interface Outcome {
  size: 'small' | 'large';
  format: LogFormat;
  status: number;
  retryAfter: string | undefined;
  /** The digest of a stream, or the key of an object. */
  digest?: string;
  key?: string;
}

const LOGS = { small: sampleLog(12, 5_000), large: sampleLog(12, 2_000_000) };

/** What the service does when all come at once. */
export function describeLoad(bench: ProcessBench): void {
  /** One export of many, by turns in each format and by each delivery. */
  async function exportOne(service: ServiceProcess, size: Outcome['size'], at: number): Promise<Outcome> {
    const format: LogFormat = at % 2 === 0 ? 'jsonl' : 'json';
    const delivery = at % 4 < 2 ? 'stream' : 'signed_url';
    // Turns go round by caller, so that each has about as many: two with large logs, twenty with small ones.
    const sub = size === 'large' ? `auditor-${at % 2}` : `reviewer-${at % 20}`;
    const authorization = `Bearer ${await sessionToken([`eng-${size}`], { sub })}`;
    const url = service.logAddress(`eng-${size}`, `format=${format}&delivery=${delivery}`);
    const request = get(url, { headers: { authorization }, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const outcome = {
      size,
      format,
      status: response.statusCode!,
      retryAfter: response.headers['retry-after'],
    };
    if (delivery === 'stream' && outcome.status === 200) {
      return { ...outcome, digest: await digestOf(response) };
    }
    const body = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString();
    return { ...outcome, key: (JSON.parse(body) as Partial<SignedUrlResponse>).s3_key ?? undefined };
  }

  async function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    await bench.bucket.putLog('eng-small', LOGS.small);
    await bench.bucket.putLog('eng-large', LOGS.large);
    return bench.start({
      AUDITFORGE_MEMORY_BUDGET_MIB: String(BUDGET_MIB),
      AUDITFORGE_EXPORT_WAIT_SECONDS: '60',
      ...environment,
    });
  }

  async function expectWhole(outcomes: Outcome[]): Promise<void> {
    for (const { size, format, key, digest: streamed } of outcomes) {
      const whole = streamed ?? digest(await bench.bucket.read(key!));
      expect([size, format, whole]).toEqual([size, format, digest(LOGS[size][format])]);
    }
  }

  describe('under load', () => {
    it('failures 26: serves 200 exports at once within its memory budget, the small ones first', async () => {
      // Without the proxy, which would only share this processor.
      const service = await start({ AUDITFORGE_S3_ENDPOINT: bench.store.config.endpoint });
      const warmUp = await exportOne(service, 'small', 0);
      const before = service.peakMemory;

      const completed: Outcome[] = [];
      const all = await Promise.all(
        Array.from({ length: COUNT }, async (_, at) => {
          const outcome = await (at % LARGE_EACH === 0
            ? exportOne(service, 'large', at / LARGE_EACH)
            : exportOne(service, 'small', at));
          if (outcome.status === 200) completed.push(outcome);
          return outcome;
        }),
      );
      expect(service.peakMemory - before).toBeLessThanOrEqual((BUDGET_MIB + FIXED_MIB) * MIB);
      for (const { status, retryAfter } of all.filter((outcome) => outcome.status !== 200)) {
        expect([status, retryAfter]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
      }
      expect(medianRank(completed, 'small')).toBeLessThan(medianRank(completed, 'large'));
      const keys = completed.flatMap(({ key }) => key ?? []);
      expect((await bench.bucket.exports()).toSorted()).toEqual(keys.toSorted());
      await expectWhole([warmUp, ...completed]);
    });

    it('failures 26: serves small logs while clients with large ones read nothing', async () => {
      const service = await start({ AUDITFORGE_CLIENT_IDLE_SECONDS: '3600' });
      const sockets = await Promise.all(
        // As many as one caller may have at work while others wait.
        Array.from({ length: 16 }, () => askWithoutReading(service, 'eng-large')),
      );
      await until(() => bench.proxy.requests.some(({ key }) => key.includes('/audit/eng-large/')));
      await bench.quiet();
      const done: Outcome[] = [];
      const small = Promise.all(
        Array.from({ length: 8 }, async (_, at) => done.push(await exportOne(service, 'small', at))),
      );
      // Where they are not served, it is the end of the service that ends them.
      small.catch(() => undefined);
      await until(() => done.length === 8).finally(() => sockets.forEach((socket) => socket.destroy()));
      await expectWhole(done);
    });
  });
}

/** As `digest` has it, without holding the body. */
async function digestOf(response: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const bytes of response as AsyncIterable<Buffer>) {
    hash.update(bytes);
    length += bytes.length;
  }
  return `${length} bytes, SHA-256 ${hash.digest('hex')}`;
}

/** Where the middle one of these is among all, in the order in which they were complete. */
function medianRank(completed: Outcome[], size: Outcome['size']): number {
  const ranks = completed.flatMap((outcome, rank) => (outcome.size === size ? [rank] : []));
  return ranks[Math.floor(ranks.length / 2)]!;
}
