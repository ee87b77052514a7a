import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import type { StoreRequest } from '../../support/faults/fault.js';
import type { HttpAnswer } from '../../support/http-client.js';
import type { ServiceProcess } from '../../support/service-process.js';
import { until } from '../../support/until.js';
import { Hold } from './hold.js';
import { OpenAnswer } from './open-answer.js';
import type { ProcessBench } from './process-bench.js';
import { digest, sampleLog } from './sample-log.js';

const SMALL = sampleLog(3, 5_000);
/** An upload of three parts, and more than a socket takes that nobody reads. */
const LARGE = sampleLog(20, 1_200_000);
/** Longer than any test: only what does not depend on it may pass. */
const LONG = { AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '3600', AUDITFORGE_CLIENT_IDLE_SECONDS: '3600' };
const SHORT = { ...LONG, AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '1' };
const CLEAN_END = { code: 0, signal: null };

const isLastShard = ({ key }: StoreRequest) => key.endsWith('/0002.jsonl');
const isThirdPart = ({ operation, query }: StoreRequest) =>
  operation === 'UploadPart' && query.get('partNumber') === '3';

/** The answer of a service that has been told to stop, to a request on a new connection. */
async function firstRefusal(service: ServiceProcess): Promise<HttpAnswer> {
  for (;;) {
    const answer = await service.get(`${service.url}/auditforge/engagement/eng-1`);
    if (answer.status !== 200) return answer;
  }
}

const SHUTTING_DOWN = {
  status: 503,
  headers: expect.objectContaining({
    'content-type': 'application/problem+json',
    'retry-after': expect.stringMatching(/^[1-9]\d*$/),
  }),
};

/** What a process does that is told to stop (SIGTERM). */
export function describeShutdown(bench: ProcessBench): void {
  describe('told to stop', () => {
    it('failures 27: refuses new requests, finishes the stream under way and ends with code 0', async () => {
      await bench.bucket.putLog('eng-1', SMALL);
      const service = await bench.start(LONG);
      const kept = new Agent({ keepAlive: true, maxSockets: 1 });
      const engagement = `${service.url}/auditforge/engagement/eng-1`;
      await (await OpenAnswer.of(engagement, kept)).end();
      const hold = new Hold(bench.proxy, isLastShard);
      const stream = await OpenAnswer.of(service.logAddress('eng-1'));
      await until(() => stream.length > 0);
      await hold.reached;

      service.signal('SIGTERM');
      const refusal = await firstRefusal(service);
      expect(refusal).toMatchObject(SHUTTING_DOWN);
      expect(refusal.json()).toMatchObject({
        status: 503,
        code: 'shutting_down',
        request_id: expect.any(String),
      });
      for (const query of ['', 'delivery=signed_url']) {
        expect(await service.get(service.logAddress('eng-1', query))).toMatchObject(SHUTTING_DOWN);
      }
      const onKept = await OpenAnswer.of(engagement, kept);
      expect([onKept.response.statusCode, onKept.onKeptConnection]).toEqual([503, true]);
      expect((await onKept.end()).body.toString()).toContain('"code":"shutting_down"');

      hold.release();
      const { body, cut } = await stream.end();
      expect([digest(body), cut]).toEqual([digest(SMALL.jsonl), false]);
      expect(await service.ended).toEqual(CLEAN_END);
      kept.destroy();
    });

    it('failures 27: finishes the link under way, also on a connection that its client keeps', async () => {
      await bench.bucket.putLog('eng-1', LARGE);
      const service = await bench.start(LONG);
      const kept = new Agent({ keepAlive: true });
      const hold = new Hold(bench.proxy, isThirdPart);
      const answering = OpenAnswer.of(service.logAddress('eng-1', 'delivery=signed_url'), kept);
      await hold.reached;
      service.signal('SIGTERM');
      await firstRefusal(service);
      hold.release();
      const { body } = await (await answering).end();
      const { s3_key } = JSON.parse(body.toString()) as SignedUrlResponse;
      expect(await bench.bucket.exports()).toEqual([s3_key]);
      expect(digest(await bench.bucket.read(s3_key!))).toBe(digest(LARGE.jsonl));
      expect(await service.ended).toEqual(CLEAN_END);
      kept.destroy();
    });

    it('failures 27: leaves the requests under way to the store alone', async () => {
      await bench.bucket.putLog('eng-1', LARGE);
      const service = await bench.start(LONG);
      // The store has begun the upload, and its answer comes in drops.
      bench.proxy.script = ({ operation }) =>
        operation === 'CreateMultipartUpload' ? { kind: 'slow', bytes: 20, everyMs: 25 } : undefined;
      const answering = service.get(service.logAddress('eng-1', 'delivery=signed_url'));
      const created = () =>
        bench.proxy.requests.filter(({ operation }) => operation === 'CreateMultipartUpload').length;
      await until(() => created() > 0);
      service.signal('SIGTERM');
      expect(await answering).toMatchObject({ status: 200 });
      expect(await service.ended).toEqual(CLEAN_END);
      expect(created()).toBe(1);
      expect(await bench.bucket.openUploads()).toEqual([]);
    });

    it.each([
      ['that has sent nothing', ''],
      ['that has sent half a request', 'GET / HTTP/1.1\r\nHost:'],
    ])('failures 27: is not held up by a connection %s', async (_which, sent) => {
      const service = await bench.start(LONG);
      const idle = connect(Number(new URL(service.url).port), '127.0.0.1');
      idle.on('error', () => undefined);
      await once(idle, 'connect');
      if (sent !== '') idle.write(sent);
      // Connections are taken in their order: once this one is answered, the service has the other one, too.
      await service.get(service.logAddress('eng-none'));
      service.signal('SIGTERM');
      expect(await service.ended).toEqual(CLEAN_END);
      idle.destroy();
    });

    it('failures 27: cuts off a stream that does not end within the grace time', async () => {
      await bench.bucket.putLog('eng-1', SMALL);
      const service = await bench.start(SHORT);
      const hold = new Hold(bench.proxy, isLastShard);
      const stream = await OpenAnswer.of(service.logAddress('eng-1'));
      await until(() => stream.length > 0);
      await hold.reached;
      service.signal('SIGTERM');
      const { cut } = await stream.end();
      expect(cut).toBe(true);
      expect(await service.ended).toEqual(CLEAN_END);
    });

    it('failures 27: cuts off a client that reads nothing once the grace time is over', async () => {
      await bench.bucket.putLog('eng-1', LARGE);
      const service = await bench.start(SHORT);
      const stream = await OpenAnswer.of(service.logAddress('eng-1'));
      stream.response.pause();
      service.signal('SIGTERM');
      expect(await service.ended).toEqual(CLEAN_END);
      stream.response.resume();
      expect((await stream.end()).cut).toBe(true);
    });

    it('failures 27: aborts the upload of a link that is not ready within the grace time', async () => {
      await bench.bucket.putLog('eng-1', LARGE);
      const service = await bench.start(SHORT);
      const hold = new Hold(bench.proxy, isThirdPart);
      const answering = service.get(service.logAddress('eng-1', 'delivery=signed_url')).catch(() => 'cut');
      await hold.reached;
      expect(await bench.bucket.openUploads()).toHaveLength(1);
      service.signal('SIGTERM');
      const answer = await answering;
      if (answer !== 'cut') expect(answer).toMatchObject(SHUTTING_DOWN);
      expect(await service.ended).toEqual(CLEAN_END);
      expect(await bench.bucket.openUploads()).toEqual([]);
      expect(await bench.bucket.exports()).toEqual([]);
    });

    it('failures 27: refuses an export that waits for its turn, and finishes the one that has it', async () => {
      await bench.bucket.putLog('eng-1', SMALL);
      const waitLong = { AUDITFORGE_MAX_ACTIVE_EXPORTS: '1', AUDITFORGE_EXPORT_WAIT_SECONDS: '300' };
      const service = await bench.start({ ...LONG, ...waitLong });
      const hold = new Hold(bench.proxy, isLastShard);
      const stream = await OpenAnswer.of(service.logAddress('eng-1'));
      await hold.reached;
      const records = () => bench.proxy.requests.filter(({ key }) => key.includes('/engagements/')).length;
      const before = records();
      const waiting = service.get(service.logAddress('eng-1'));
      await until(() => records() > before && bench.proxy.active === 1);
      service.signal('SIGTERM');
      await firstRefusal(service);
      hold.release();
      expect((await stream.end()).cut).toBe(false);
      expect(await waiting).toMatchObject(SHUTTING_DOWN);
      expect(await service.ended).toEqual(CLEAN_END);
    });

    it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
      'failures 27: goes on with its orderly end when it is told again (%s)',
      async (again) => {
        await bench.bucket.putLog('eng-1', SMALL);
        const service = await bench.start(LONG);
        const hold = new Hold(bench.proxy, isLastShard);
        const stream = await OpenAnswer.of(service.logAddress('eng-1'));
        await hold.reached;
        service.signal('SIGTERM');
        await firstRefusal(service);
        service.signal(again);
        expect(await firstRefusal(service)).toMatchObject(SHUTTING_DOWN);
        hold.release();
        const { body, cut } = await stream.end();
        expect([digest(body), cut]).toEqual([digest(SMALL.jsonl), false]);
        expect(await service.ended).toEqual(CLEAN_END);
      },
    );
  });
}
