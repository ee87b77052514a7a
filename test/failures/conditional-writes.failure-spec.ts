import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { event, events } from '../support/events.js';
import type { FaultProxy } from '../support/faults/fault-proxy.js';
import { startFaulty } from '../support/faults/faulty-service.js';
import type { Service } from '../support/service.js';

const LOGS = { 'eng-put': `${event(1)}\n`, 'eng-multipart': events(1_000, 0, 10_000) };
const WRITES = [
  ['eng-put', 'PutObject'],
  ['eng-multipart', 'CompleteMultipartUpload'],
] as const;

describe('the write that publishes an export', () => {
  let proxy: FaultProxy;
  let service: Service;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ proxy, service, close } = await startFaulty({ versioned: true }));
    for (const [engagement, log] of Object.entries(LOGS)) await service.seed(engagement, { '1.jsonl': log });
  });
  beforeEach(() => proxy.reset());
  afterAll(() => close());

  /** Of exports, and not of their records. */
  const writes = (operation: string) =>
    proxy.requests.filter(
      (request) => request.operation === operation && request.key.startsWith('auditforge/exports/'),
    );

  /** One more object than before, which is the log behind the link. */
  async function expectOneObject(engagement: keyof typeof LOGS): Promise<SignedUrlResponse> {
    const before = await service.exportsOf(engagement);
    const answer = await service.log(engagement, 'delivery=signed_url');
    expect(answer.status).toBe(200);
    const { signed_url, s3_key, ...fields } = answer.json<SignedUrlResponse>();
    proxy.script = () => undefined;
    const after = await service.exportsOf(engagement);
    expect(after.filter((key) => !before.includes(key))).toEqual([s3_key]);
    expect((await (await fetch(signed_url!)).text()) === LOGS[engagement]).toBe(true);
    expect(await service.openUploads()).toBe(0);
    return { signed_url, s3_key, ...fields };
  }

  it.each(WRITES)(
    'failures 18: that worked but was not answered is one object (%s, %s)',
    async (engagement, operation) => {
      let lost = 1;
      proxy.script = (request) =>
        request.operation === operation && request.key.includes('/exports/') && lost-- > 0
          ? { kind: 'lost answer' }
          : undefined;
      const { s3_version_id } = await expectOneObject(engagement);
      expect(s3_version_id).toEqual(expect.any(String));
      expect(proxy.applied).toHaveLength(1);
      expect(writes(operation).length).toBe(2);
    },
  );

  it.each([
    ['it has not done', false],
    ['it has done', true],
  ])('failures 13: a completion answered by 200 and an error, which %s, is one object', async (_, done) => {
    let failing = 1;
    proxy.script = ({ operation }) =>
      operation === 'CompleteMultipartUpload' && failing-- > 0
        ? { kind: 'error body', code: 'InternalError', done }
        : undefined;
    await expectOneObject('eng-multipart');
    expect(writes('CompleteMultipartUpload')).toHaveLength(2);
  });

  it('failures 13: a completion that is always answered so is a failure, and publishes nothing', async () => {
    proxy.script = ({ operation }) =>
      operation === 'CompleteMultipartUpload' ? { kind: 'error body', code: 'InternalError' } : undefined;
    const before = await service.exportsOf('eng-multipart');
    const answer = await service.log('eng-multipart', 'delivery=signed_url');
    expect(answer.json()).toMatchObject({ status: 503, code: 'storage_unavailable' });
    proxy.reset();
    expect(await service.exportsOf('eng-multipart')).toEqual(before);
    expect(await service.openUploads()).toBe(0);
  });

  const refusals = [
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
  ] as const;

  it.each(
    WRITES.flatMap(([engagement, operation]) =>
      refusals.map((refusal) => [engagement, operation, ...refusal] as const),
    ),
  )(
    'failures 19: goes to the next second where the key was taken (%s, %s: %i %s)',
    async (engagement, operation, status, code) => {
      let refused = 2;
      proxy.script = (request) =>
        request.operation === operation && request.key.includes('/exports/') && refused-- > 0
          ? { kind: 'status', status, code }
          : undefined;
      const { s3_key } = await expectOneObject(engagement);
      const keys = writes(operation).map(({ key }) => key);
      expect(keys).toHaveLength(3);
      expect(new Set(keys).size).toBe(3);
      expect(keys).toEqual(keys.toSorted());
      expect(s3_key).toBe(keys[2]);
      // Each multipart try is an upload of its own.
      expect(writes('AbortMultipartUpload')).toHaveLength(operation === 'PutObject' ? 0 : 2);
    },
  );
});
