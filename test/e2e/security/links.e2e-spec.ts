import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { WatchedLog } from './watched-log.js';

const BODY = `${event(1)}\n`;

describe('a link to an export of a versioned bucket', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  let link: string;
  let answer: SignedUrlResponse;

  /** Refused by the store, without a byte of any export. */
  async function expectRefused(url: string, headers: Record<string, string> = {}): Promise<void> {
    const { status, body } = await send(url, { headers });
    if (status < 400 || body.includes('llm_call')) throw new Error(`The store honoured ${url}`);
  }

  function changed(change: (query: URLSearchParams) => void): string {
    const url = new URL(link);
    change(url.searchParams);
    return url.href;
  }

  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store, logTo: log, versioned: true });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    answer = (await service.log('eng-1', 'delivery=signed_url&expires_in=3600')).json();
    link = answer.signed_url!;
    log.keepSecret(new URL(link).searchParams.get('X-Amz-Signature')!);
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it('failures 33: is honoured as it is, whole or in a range', async () => {
    expect((await send(link)).body.toString()).toBe(BODY);
    const part = await send(link, { headers: { range: 'bytes=2-6' } });
    expect([part.status, part.body.toString()]).toEqual([206, BODY.slice(2, 7)]);
  });

  it('failures 33: is refused with any one character of its path or of any value of its query changed', async () => {
    const from = link.indexOf(new URL(link).pathname);
    const places = [...link.matchAll(/[A-Za-z0-9]/g)]
      .map(({ index }) => index)
      .filter((index) => index > from);
    expect(places.length).toBeGreaterThan(300);
    for (const index of places) {
      const other = link[index] === 'a' ? 'b' : 'a';
      await expectRefused(link.slice(0, index) + other + link.slice(index + 1));
    }
  });

  it('failures 33: is refused with any parameter left out, given twice, emptied or added to', async () => {
    const names = [...new URL(link).searchParams.keys()];
    expect(names).toEqual(expect.arrayContaining(['X-Amz-Signature', 'X-Amz-Expires', 'versionId']));
    for (const name of names) {
      const value = new URL(link).searchParams.get(name)!;
      await expectRefused(changed((query) => query.delete(name)));
      await expectRefused(changed((query) => query.append(name, value)));
      await expectRefused(changed((query) => query.set(name, '')));
      await expectRefused(changed((query) => query.set(name, `${value}0`)));
    }
  });

  it.each([
    ['response-content-disposition', 'attachment; filename="other.exe"'],
    ['response-content-type', 'text/html'],
    ['response-cache-control', 'public'],
    ['partNumber', '1'],
    ['X-Amz-Security-Token', 'made-up'],
    ['acl', ''],
    ['tagging', ''],
    ['attributes', ''],
    ['x', 'y'],
  ])('failures 33: is refused with %s added to it', async (name, value) => {
    await expectRefused(changed((query) => query.set(name, value)));
    await expectRefused(`${link}&${name}=${encodeURIComponent(value)}`);
  });

  it('failures 33: is refused for a longer time, another version, another object or the bucket', async () => {
    await service.put(answer.s3_key!, 'llm_call of another version');
    await expectRefused(changed((query) => query.set('X-Amz-Expires', '604800')));
    await expectRefused(changed((query) => query.set('versionId', 'null')));
    await expectRefused(changed((query) => query.delete('versionId')));
    const second = (await service.log('eng-1', 'delivery=signed_url')).json<SignedUrlResponse>();
    await expectRefused(link.replace(answer.s3_key!, second.s3_key!));
    await expectRefused(changed((query) => query.set('versionId', second.s3_version_id!)));
    for (const key of ['auditforge/audit/eng-1/1.jsonl', 'auditforge/engagements/eng-1.json', ''])
      await expectRefused(link.replace(answer.s3_key!, key));
  });

  it.each(['PUT', 'POST', 'DELETE', 'HEAD'])(
    'failures 33: is refused for %s, and the object stays',
    async (method) => {
      const refused = await send(link, { method, ...(method === 'PUT' ? { body: 'x' } : {}) });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect((await send(link)).body.toString()).toBe(BODY);
    },
  );

  it('failures 33: is refused under another host, which is what is signed', async () => {
    await expectRefused(link, { host: 'store.example' });
  });

  it('failures 33: is refused from the second at which it ends', async () => {
    const object = { key: answer.s3_key!, versionId: answer.s3_version_id };
    const at = (ageSeconds: number) =>
      service.signedAt(new Date(Date.now() - ageSeconds * 1000), object, 600);
    expect((await send(await at(300))).body.toString()).toBe(BODY);
    await expectRefused(await at(602));
    await expectRefused(await at(24 * 3600));
  });

  it('failures 33: holds after all of this: what was refused was refused for its change', async () => {
    const { status, body } = await send(link);
    expect([status, body.toString()]).toEqual([200, BODY]);
  });

  it('failures 36: nothing that was logged holds a link or its signature', () => {
    expect(log.lines.length).toBeGreaterThan(0);
    expect(log.lines.join('')).not.toContain('X-Amz-');
    expect(log.leaks()).toEqual([]);
  });
});
