import { describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import type { StoreRequest } from '../../support/faults/fault.js';
import type { ServiceProcess } from '../../support/service-process.js';
import { until } from '../../support/until.js';
import { Hold } from './hold.js';
import { OpenAnswer } from './open-answer.js';
import type { ProcessBench } from './process-bench.js';
import { digest, sampleLog } from './sample-log.js';

/** Of three parts. */
const LOG = sampleLog(20, 1_200_000);
const KILLED = { code: null, signal: 'SIGKILL' };

const isCompletion = ({ operation }: StoreRequest) => operation === 'CompleteMultipartUpload';
const isThirdPart = ({ operation, query }: StoreRequest) =>
  operation === 'UploadPart' && query.get('partNumber') === '3';

/** What is left by a process that is killed (SIGKILL) and has no time to end anything. */
export function describeKill(bench: ProcessBench): void {
  /** Asks for a link, of which nothing is expected. */
  function ask(service: ServiceProcess): void {
    service.get(service.logAddress('eng-1', 'delivery=signed_url')).catch(() => undefined);
  }

  /** Exports the log with a new process. @returns the key of its object */
  async function exportAgain(): Promise<string> {
    bench.proxy.reset();
    const service = await bench.start();
    const answer = await service.get(service.logAddress('eng-1', 'delivery=signed_url'));
    expect(answer.status).toBe(200);
    const { s3_key, size_bytes } = answer.json<SignedUrlResponse>();
    expect(size_bytes).toBe(LOG.jsonl.length);
    return s3_key!;
  }

  async function expectWholeObjects(): Promise<void> {
    for (const key of await bench.bucket.exports()) {
      expect([key, digest(await bench.bucket.read(key))]).toEqual([key, digest(LOG.jsonl)]);
    }
  }

  describe('killed', () => {
    it.each<[when: string, matches: (request: StoreRequest) => boolean]>([
      ['in the middle of an upload', isThirdPart],
      ['just before an upload is complete', isCompletion],
    ])('failures 28: %s, it publishes nothing, and the next process exports anew', async (_when, matches) => {
      await bench.bucket.putLog('eng-1', LOG);
      const service = await bench.start();
      const hold = new Hold(bench.proxy, matches);
      ask(service);
      await hold.reached;
      service.signal('SIGKILL');
      expect(await service.ended).toEqual(KILLED);
      hold.release();
      await until(() => bench.proxy.active === 0);
      expect(await bench.bucket.exports()).toEqual([]);
      // Where the bucket's lifecycle rule finds it.
      const left = await bench.bucket.openUploads();
      expect(left).toHaveLength(1);

      const key = await exportAgain();
      expect(await bench.bucket.exports()).toEqual([key]);
      expect(await bench.bucket.openUploads()).toEqual(left);
      await expectWholeObjects();
    });

    it('failures 28: with the upload complete and the answer still to come, it leaves one whole object', async () => {
      await bench.bucket.putLog('eng-1', LOG);
      const service = await bench.start();
      bench.proxy.script = (request) => (isCompletion(request) ? { kind: 'stall', after: 0 } : undefined);
      ask(service);
      while ((await bench.bucket.exports()).length === 0) expect(service.hasEnded).toBe(false);
      service.signal('SIGKILL');
      expect(await service.ended).toEqual(KILLED);
      const [left, ...more] = await bench.bucket.exports();
      expect(more).toEqual([]);
      expect(await bench.bucket.openUploads()).toEqual([]);

      const key = await exportAgain();
      expect(await bench.bucket.exports()).toEqual([left, key]);
      await expectWholeObjects();
    });

    it('failures 28: while the store completes the upload, it leaves a whole object or none', async () => {
      await bench.bucket.putLog('eng-1', LOG);
      const service = await bench.start();
      ask(service);
      await until(() => bench.proxy.requests.some(isCompletion));
      service.signal('SIGKILL');
      expect(await service.ended).toEqual(KILLED);
      await until(() => bench.proxy.active === 0);

      const key = await exportAgain();
      const exports = await bench.bucket.exports();
      expect(exports).toContain(key);
      expect(exports.length).toBeLessThanOrEqual(2);
      await expectWholeObjects();
    });

    it('failures 28: in the middle of a stream, it cuts the body', async () => {
      await bench.bucket.putLog('eng-1', LOG);
      const service = await bench.start();
      const hold = new Hold(bench.proxy, ({ key }) => key.endsWith('/0019.jsonl'));
      const stream = await OpenAnswer.of(service.logAddress('eng-1'));
      await until(() => stream.length > 0);
      await hold.reached;
      service.signal('SIGKILL');
      const { body, cut } = await stream.end();
      expect(cut).toBe(true);
      expect(LOG.jsonl.subarray(0, body.length).equals(body)).toBe(true);
      expect(await service.ended).toEqual(KILLED);
      hold.release();
    });
  });
}
