import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import type { Fault, StoreRequest } from '../support/faults/fault.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { Service } from '../support/service.js';

const EXPIRED: Fault = { kind: 'status', status: 400, code: 'ExpiredToken' };
const SHARDS = Object.fromEntries(
  Array.from({ length: 30 }, (_, at) => [
    `${String(at).padStart(2, '0')}.jsonl`,
    events(20, at * 20, 20_000),
  ]),
);
const LOG = Object.values(SHARDS).join('');

describe('failures 22: credentials that end in the middle of an export', () => {
  let store: EmbeddedStore;
  let proxy: FaultProxy;
  let service: Service;
  let sessions: number;

  beforeAll(async () => {
    store = await openEmbeddedStore();
    proxy = await FaultProxy.start(store);
    // Good for an hour, as far as the service knows.
    const credentials = async () => ({
      ...store.config.credentials,
      sessionToken: `session-${++sessions}`,
      expiration: new Date(Date.now() + 3_600_000),
    });
    sessions = 0;
    service = await Service.start({ store: proxy.storeBehind, credentials });
    await service.seed('eng-1', SHARDS);
  });
  beforeEach(() => proxy.reset());
  afterAll(async () => {
    await service.close();
    await proxy.close();
    await store.close();
  });

  const tokenOf = ({ headers }: StoreRequest) => String(headers['x-amz-security-token']);

  /** From that request on, the store takes no session that was in use before. */
  function endSessionsAt(isLast: (request: StoreRequest) => boolean): void {
    const ended = new Set<string>();
    const seen = new Set<string>();
    let over = false;
    proxy.script = (request) => {
      if (!over) seen.add(tokenOf(request));
      if (!over && isLast(request)) {
        over = true;
        for (const token of seen) ended.add(token);
      }
      return ended.has(tokenOf(request)) ? EXPIRED : undefined;
    };
  }

  async function expectStream(): Promise<void> {
    const answer = await service.log('eng-1');
    expect([answer.status, answer.cut]).toEqual([200, false]);
    expect(answer.body.equals(Buffer.from(LOG))).toBe(true);
  }

  it.each<[when: string, isLast: (request: StoreRequest) => boolean]>([
    ['the listing', ({ operation }) => operation === 'ListObjectsV2'],
    ['the reads of shards', ({ operation, key }) => operation === 'GetObject' && key.endsWith('/10.jsonl')],
  ])('failures 22: a stream goes on with renewed ones, from %s on', async (_, isLast) => {
    endSessionsAt(isLast);
    await expectStream();
    expect(proxy.applied.length).toBeGreaterThan(0);
  });

  it.each(['GetObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'failures 22: a signed_url goes on with renewed ones, from %s on',
    async (operation) => {
      endSessionsAt((request) => request.operation === operation && request.key.includes('eng-1'));
      const answer = await service.log('eng-1', 'delivery=signed_url');
      const { signed_url } = answer.json<SignedUrlResponse>();
      expect((await (await fetch(signed_url!)).text()) === LOG).toBe(true);
      expect(await service.openUploads()).toBe(0);
      expect(proxy.applied.length).toBeGreaterThan(0);
    },
  );

  it('failures 22: the renewal is one for all reads that find out at once', async () => {
    await service.log('eng-1');
    const before = sessions;
    endSessionsAt(({ key }) => key.endsWith('/20.jsonl'));
    await expectStream();
    expect(sessions).toBe(before + 1);
  });

  it('failures 22: is 502 storage_access_denied where no others are to be had', async () => {
    proxy.script = ({ key }) => (key.includes('/audit/eng-1/') ? EXPIRED : undefined);
    const answer = await service.log('eng-1');
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_access_denied']);
    // No more than one further try each.
    const byKey = Object.groupBy(proxy.applied, ({ request }) => request.key);
    for (const tries of Object.values(byKey)) expect(tries!.length).toBeLessThanOrEqual(2);
  });
});
