import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { event, events } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';

describe('a store that refuses access', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty());
    await service.seed('eng-small', { '1.jsonl': event(1) });
    await service.seed('eng-large', { '1.jsonl': events(1_000, 0, 10_000) });
  });
  afterEach(() => proxy.reset());
  afterAll(() => close());

  it.each<[operation: string, prefix: string, engagement: string, query: string]>([
    ['GetObject', 'auditforge/engagements/', 'eng-small', ''],
    ['ListObjectsV2', '', 'eng-small', ''],
    ['ListObjectsV2', '', 'eng-small', 'delivery=signed_url'],
    ['GetObject', 'auditforge/audit/', 'eng-small', ''],
    ['GetObject', 'auditforge/audit/', 'eng-small', 'delivery=signed_url'],
    ['HeadObject', 'auditforge/exports/', 'eng-small', 'delivery=signed_url'],
    ['PutObject', 'auditforge/exports/', 'eng-small', 'delivery=signed_url'],
    ['CreateMultipartUpload', 'auditforge/exports/', 'eng-large', 'delivery=signed_url'],
    ['UploadPart', 'auditforge/exports/', 'eng-large', 'delivery=signed_url'],
    ['CompleteMultipartUpload', 'auditforge/exports/', 'eng-large', 'delivery=signed_url'],
  ])(
    'failures 21: to %s under %j is 502, which and where in the log alone (%s, %s)',
    async (operation, prefix, engagement, query) => {
      proxy.script = (request) =>
        request.operation === operation && request.key.startsWith(prefix)
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined;
      const from = service.logs.length;
      const answer = await service.log(engagement, query);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_access_denied']);
      for (const secret of [service.bucket, operation, 'AccessDenied', 'auditforge/', '127.0.0.1']) {
        expect(answer.body.toString()).not.toContain(secret);
      }
      const logged = JSON.stringify(service.logs.slice(from));
      // A HEAD has no body that could name the code.
      expect(logged).toContain(operation);
      expect(logged).toContain(service.bucket);
      // It is not asked again.
      const refused = proxy.applied.filter(({ request }) => request.operation === operation);
      expect(refused.length).toBeLessThanOrEqual(operation === 'UploadPart' ? 4 : 1);
      proxy.reset();
      expect(await service.exportsOf(engagement)).toEqual([]);
      expect(await service.openUploads()).toBe(0);
    },
  );
});
