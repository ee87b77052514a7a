import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { S3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event, events } from '../support/events.js';
import { GatedS3ClientFactory } from '../support/gated-s3.js';
import { regionalProxy } from '../support/regional-proxy.js';
import { Service } from '../support/service.js';

const SESSION_SECONDS = 300;

describe('stores that differ', () => {
  let store: EmbeddedStore;
  beforeAll(async () => {
    store = await openEmbeddedStore();
  });
  afterAll(() => store.close());

  describe('failures 20: a store that answers 501', () => {
    const gated = new GatedS3ClientFactory();
    let service: Service;
    beforeAll(async () => {
      service = await Service.start({ store, bindings: [{ provide: S3ClientFactory, useValue: gated }] });
      const large = Array.from({ length: 3 }, (_, at) => [`${at}.jsonl`, events(500, at * 500, 9_000)]);
      await service.seed('eng-large', Object.fromEntries(large));
      await service.seed('eng-small', { '1.jsonl': event(1) });
    });
    afterEach(() => gated.release());
    afterAll(() => service.close());

    function refuse(command: string, field: string): { refusals: number } {
      const seen = { refusals: 0 };
      gated.before = (name, _, input) => {
        if (name !== command || input[field] === undefined) return;
        seen.refusals++;
        throw Object.assign(new Error('not here'), {
          name: 'NotImplemented',
          $metadata: { httpStatusCode: 501 },
        });
      };
      return seen;
    }

    it.each([
      ['a conditional put', 'PutObject', 'IfNoneMatch', 'eng-small'],
      ['a conditional completion', 'CompleteMultipartUpload', 'IfNoneMatch', 'eng-large'],
      ['checksums of an upload', 'CreateMultipartUpload', 'ChecksumAlgorithm', 'eng-large'],
    ])('to %s is used without it, and not asked again', async (_, command, field, engagement) => {
      const seen = refuse(command, field);
      for (let round = 1; round <= 2; round++) {
        const answer = await service.log(engagement, 'delivery=signed_url');
        expect(answer.status).toBe(200);
        const { signed_url, size_bytes } = answer.json<SignedUrlResponse>();
        expect((await (await fetch(signed_url!)).arrayBuffer()).byteLength).toBe(size_bytes);
        expect(seen.refusals).toBe(1);
      }
      expect(await service.openUploads()).toBe(0);
    });
  });

  describe('a bucket in another region', () => {
    it('is found there, remembered, and its links are signed for it', async () => {
      const there = await openEmbeddedStore({ region: 'eu-west-3' });
      const proxy = await regionalProxy(there.config.endpoint, 'eu-west-3');
      const source = await there.makeBucket();
      const owner = new S3Client({ ...there.config, region: 'eu-west-3' });
      const Key = 'auditforge/audit/eng-far/1.jsonl';
      await owner.send(new PutObjectCommand({ Bucket: source, Key, Body: event(1) }));
      owner.destroy();

      // The host's engagements are known elsewhere: only the log lies in that store.
      const record = { source_bucket: source, source_region: null };
      const service = await Service.start({
        store: { ...store, config: { ...store.config, endpoint: proxy.endpoint } },
        bindings: [Service.engagements({ 'eng-far': record })],
        // Records would lie in the shared bucket, which that store has not.
        environment: { AUDITFORGE_EXPORT_RECORDS: 'false' },
      });
      expect((await service.log('eng-far')).body.toString()).toBe(`${event(1)}\n`);
      const { signed_url } = (await service.log('eng-far', 'delivery=signed_url')).json<SignedUrlResponse>();
      expect(new URL(signed_url!).searchParams.get('X-Amz-Credential')).toContain('/eu-west-3/s3/');
      expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
      expect(proxy.redirected).toEqual([`HEAD /${source}/`]);
      await service.close();
      await proxy.close();
      await there.close();
    });

    it('whose record names a wrong one is 502 storage_misconfigured', async () => {
      const proxy = await regionalProxy(store.config.endpoint, 'eu-west-3');
      const record = { source_bucket: 'some-bucket', source_region: 'ap-south-1' };
      const service = await Service.start({
        store: { ...store, config: { ...store.config, endpoint: proxy.endpoint } },
        bindings: [Service.engagements({ 'eng-far': record })],
      });
      const answer = await service.log('eng-far');
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_misconfigured']);
      await service.close();
      await proxy.close();
    });
  });

  describe('failures 34: credentials that end', () => {
    const session = (seconds: number, name: string) => ({
      ...store.config.credentials,
      sessionToken: name,
      expiration: new Date(Date.now() + seconds * 1000),
    });
    const link = async (service: Service) => {
      await service.seed('eng-1', { '1.jsonl': event(1) });
      const answer = await service.log('eng-1', 'delivery=signed_url&expires_in=600');
      return answer.json<SignedUrlResponse>();
    };

    it('sessions of five minutes: the link says when it really ends', async () => {
      let sessions = 0;
      const credentials = async () => session(SESSION_SECONDS, `session-${++sessions}`);
      const service = await Service.start({ store, credentials });
      const { signed_url, expires_in, expires_at, expiry_limited_by } = await link(service);
      expect(expiry_limited_by).toBe('credentials');
      expect(expires_in).toBeLessThanOrEqual(SESSION_SECONDS);
      expect(expires_in).toBeGreaterThan(SESSION_SECONDS - 60);
      const query = new URL(signed_url!).searchParams;
      expect(query.get('X-Amz-Expires')).toBe(String(expires_in));
      expect(Date.parse(expires_at!)).toBeLessThanOrEqual(Date.now() + SESSION_SECONDS * 1000);
      expect(query.get('X-Amz-Security-Token')).toMatch(/^session-\d+$/);
      // They were asked for again, in the hope of longer ones.
      expect(sessions).toBeGreaterThan(1);
      expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
      await service.close();
    });

    it('a refresh that gives an hour: the link is as long as was asked', async () => {
      let sessions = 0;
      const credentials = async () => session(++sessions === 1 ? 400 : 3600, `session-${sessions}`);
      const service = await Service.start({ store, credentials });
      const { expires_in, expiry_limited_by } = await link(service);
      expect([expires_in, expiry_limited_by]).toEqual([600, undefined]);
      await service.close();
    });

    it('a refresh that fails: those at hand sign, for as long as they last', async () => {
      let calls = 0;
      const credentials = async () => {
        if (++calls > 1) throw new Error('the token service is away');
        return session(400, 'only-session');
      };
      const service = await Service.start({ store, credentials });
      const { signed_url, expires_in, expiry_limited_by } = await link(service);
      expect(expiry_limited_by).toBe('credentials');
      expect(expires_in).toBeLessThanOrEqual(400);
      expect(calls).toBeGreaterThan(1);
      expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
      await service.close();
    });
  });
});
