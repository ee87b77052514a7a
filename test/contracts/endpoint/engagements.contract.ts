import { beforeAll, describe, expect, it } from '@jest/globals';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import type { Bench } from './bench.js';

export function describeEngagements(bench: Bench): void {
  describe('engagements', () => {
    it('are answered with six fields, whatever else the record holds', async () => {
      await bench.service.putEngagement('eng-record', { source_account: '111122223333', secret: 'x' });
      const answer = await bench.service.get('/auditforge/engagement/eng-record');
      expect(answer.json()).toEqual({
        id: 'eng-record',
        name: 'Engagement eng-record',
        status: 'active',
        source_bucket: null,
        source_region: null,
        created_at: '2026-05-01T09:00:00Z',
      });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
    });

    it.each<[string, Record<string, unknown>]>([
      ['another id', { id: 'eng-bad-2' }],
      ['an ARN as bucket', { source_bucket: 'arn:aws:s3:eu-west-1:111122223333:accesspoint/x' }],
      ['an access point alias', { source_bucket: 'mine-abcdefgh12345678-s3alias' }],
      ['a path as bucket', { source_bucket: 'bucket/../other' }],
      ['a strange region', { source_bucket: 'a-bucket', source_region: 'eu west 1@evil.example' }],
      ['a strange account', { source_bucket: 'a-bucket', source_account: '12' }],
      ['no name', { name: undefined }],
      ['a number as status', { status: 7 }],
    ])('with %s are 502 invalid_engagement_record', async (_, record) => {
      await bench.service.putEngagement('eng-bad', record);
      for (const path of ['', '/audit-log', '/audit-log?delivery=signed_url']) {
        const answer = await bench.service.get(`/auditforge/engagement/eng-bad${path}`);
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([
          502,
          'invalid_engagement_record',
        ]);
      }
    });

    it.each(['', '{', 'null', '[]', '"eng-bad"'])(
      'whose record is %j are 502 invalid_engagement_record',
      async (body) => {
        await bench.service.put('auditforge/engagements/eng-bad.json', body);
        const answer = await bench.service.get('/auditforge/engagement/eng-bad');
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([
          502,
          'invalid_engagement_record',
        ]);
      },
    );

    it('whose record is huge are refused without reading it', async () => {
      await bench.service.put('auditforge/engagements/eng-bad.json', `{"id":"${'x'.repeat(200_000)}"}`);
      expect((await bench.service.get('/auditforge/engagement/eng-bad')).status).toBe(502);
    });
  });

  describe('an engagement with a bucket of its own', () => {
    let source: string;
    beforeAll(async () => {
      source = await bench.store.makeBucket();
      const put = (Key: string, Body: string) =>
        bench.service.client.send(new PutObjectCommand({ Bucket: source, Key, Body }));
      await put('auditforge/audit/eng-own/1.jsonl', event(1));
      await bench.service.putShard('eng-own', '1.jsonl', event(2));
      await bench.service.putEngagement('eng-own', {
        source_bucket: source,
        source_region: bench.store.config.region,
      });
    });

    it('is read from there and exported to there', async () => {
      expect((await bench.service.log('eng-own')).body.toString()).toBe(`${event(1)}\n`);
      const { s3_bucket, s3_key, signed_url } = (
        await bench.service.log('eng-own', 'delivery=signed_url')
      ).json<SignedUrlResponse>();
      expect(s3_bucket).toBe(source);
      expect(await bench.service.exports(source)).toEqual([s3_key]);
      expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
    });

    it('is refused where AUDITFORGE_SOURCE_BUCKETS does not name it', async () => {
      const strict = await Service.start({
        store: bench.store,
        environment: { AUDITFORGE_SOURCE_BUCKETS: 'metis-af-*-123456789012,another-bucket' },
      });
      await strict.putEngagement('eng-own', { source_bucket: source });
      for (const query of ['', 'delivery=signed_url']) {
        const answer = await strict.log('eng-own', query);
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([
          502,
          'source_bucket_not_allowed',
        ]);
      }
      await strict.close();
    });

    it('is 502 storage_misconfigured where there is no such bucket', async () => {
      await bench.service.putEngagement('eng-lost', { source_bucket: 'no-such-bucket-anywhere' });
      for (const query of ['', 'delivery=signed_url']) {
        const answer = await bench.service.log('eng-lost', query);
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_misconfigured']);
        expect(answer.body.toString()).not.toMatch(/no-such-bucket|NoSuchBucket|arn:/);
      }
    });

    it('is 502 storage_access_denied where another account owns it', async () => {
      const known = bench.store.capabilities.ownerAccountId;
      await bench.service.putEngagement('eng-theirs', {
        source_bucket: source,
        source_account: '999999999999',
      });
      const answer = await bench.service.log('eng-theirs');
      if (known === undefined) {
        // The store does not know the header: the declared lack of this store.
        expect(answer.status).toBe(200);
      } else {
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_access_denied']);
      }
    });
  });
}
