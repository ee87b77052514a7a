import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { asJsonArray, events } from '../../support/events.js';
import type { Bench } from './bench.js';

const FIELDS = [
  'engagement_id',
  'format',
  'signed_url',
  'size_bytes',
  'shard_count',
  'event_count',
  'expires_in',
  'expires_at',
  's3_bucket',
  's3_key',
  'empty',
  'sha256',
  's3_version_id',
  'export_id',
];

export function describeSignedUrl(bench: Bench): void {
  describe('delivery=signed_url', () => {
    const log = events(40);
    const signedUrl = async (engagement: string, query = '') => {
      const answer = await bench.service.log(engagement, `delivery=signed_url${query}`);
      expect(answer.status).toBe(200);
      return answer.json<SignedUrlResponse>();
    };
    beforeAll(() => bench.service.seed('eng-link', { '1.jsonl': log, '2.jsonl': '\n \n', '3.jsonl': '' }));

    it('failures 11: holds shards whose names do not tell that they are compressed', async () => {
      // More than they say they are, and less than a part.
      const packed = events(2_000, 0, 500);
      const body = gzipSync(packed);
      await bench.service.seed('eng-packed-link', { '1.jsonl': log });
      await bench.service.putShard('eng-packed-link', '2.jsonl', body, { ContentEncoding: 'gzip' });
      const { signed_url, sha256 } = await signedUrl('eng-packed-link');
      expect((await (await fetch(signed_url!)).text()) === log + packed).toBe(true);
      expect(sha256).toBe(
        createHash('sha256')
          .update(log + packed)
          .digest('hex'),
      );
      expect(await bench.service.openUploads()).toBe(0);
      expect(await bench.service.exportsOf('eng-packed-link')).toHaveLength(1);
    });

    it('answers the fields of the contract, in their order', async () => {
      const answer = await signedUrl('eng-link', '&expires_in=120');
      expect(Object.keys(answer)).toEqual(FIELDS);
      expect(answer).toEqual({
        engagement_id: 'eng-link',
        format: 'jsonl',
        signed_url: expect.stringContaining('X-Amz-Signature='),
        size_bytes: Buffer.byteLength(log),
        shard_count: 3,
        event_count: 40,
        expires_in: 120,
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        s3_bucket: bench.service.bucket,
        s3_key: expect.stringMatching(/^auditforge\/exports\/eng-link-\d{8}T\d{6}Z\.jsonl$/),
        empty: false,
        sha256: createHash('sha256').update(log).digest('hex'),
        s3_version_id: null,
        export_id: expect.stringMatching(/^\d{8}T\d{6}Z-[a-z2-7]{10}$/),
      });
    });

    it('signs host alone, and says when the link ends by its own date', async () => {
      const { signed_url, expires_at } = await signedUrl('eng-link', '&expires_in=90');
      const query = new URL(signed_url!).searchParams;
      expect(query.get('X-Amz-SignedHeaders')).toBe('host');
      expect(query.get('X-Amz-Expires')).toBe('90');
      const date = query.get('X-Amz-Date')!.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
      expect(Date.parse(expires_at!)).toBe(Date.parse(date) + 90_000);
      expect([...query.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
    });

    it('sets type, file name and caching on the object', async () => {
      const { signed_url, s3_key } = await signedUrl('eng-link', '&format=json');
      const download = await fetch(signed_url!);
      expect(download.headers.get('content-type')).toBe('application/json');
      expect(download.headers.get('cache-control')).toBe('private, no-store');
      const fileName = s3_key!.split('/').at(-1);
      expect(download.headers.get('content-disposition')).toBe(`attachment; filename="${fileName}"`);
      expect(await download.text()).toBe(asJsonArray(log));
    });

    it('gives each of several requests in one second an object of its own', async () => {
      await bench.service.seed('eng-second', { '1.jsonl': log });
      const answers = await Promise.all(Array.from({ length: 5 }, () => signedUrl('eng-second')));
      const keys = answers.map(({ s3_key }) => s3_key!);
      expect(new Set(keys).size).toBe(5);
      expect(await bench.service.exportsOf('eng-second')).toEqual(keys.toSorted());
    });

    it('takes the next free second where the store has an object of that name', async () => {
      await bench.service.seed('eng-taken', { '1.jsonl': log });
      const seconds = Array.from({ length: 8 }, (_, at) => Math.floor(Date.now() / 1000) - 1 + at);
      const taken = seconds.map(
        (second) =>
          `auditforge/exports/eng-taken-${new Date(second * 1000).toISOString().replaceAll(/[-:]|\.000/g, '')}.jsonl`,
      );
      for (const key of taken) await bench.service.put(key, 'not to be overwritten');
      const { s3_key } = await signedUrl('eng-taken');
      expect(taken).not.toContain(s3_key);
      expect(s3_key! > taken.at(-1)!).toBe(true);
      for (const key of taken)
        expect((await bench.service.read(key)).body.toString()).toBe('not to be overwritten');
    });

    it.each([
      ['no shard', {}],
      ['empty shards', { 'a.jsonl': '', 'b.jsonl.gz': '' }],
      ['blank lines alone', { 'a.jsonl': '\n\r\n \t\n', 'b.jsonl': '   ' }],
    ])('failures 7: writes nothing for a log of %s', async (name, shards) => {
      const engagement = `eng-none-${name.replaceAll(' ', '-')}`;
      await bench.service.seed(engagement, shards);
      for (const format of ['jsonl', 'json']) {
        expect(await signedUrl(engagement, `&format=${format}&expires_in=77`)).toEqual({
          engagement_id: engagement,
          format,
          signed_url: null,
          size_bytes: 0,
          shard_count: 0,
          event_count: 0,
          expires_in: 77,
          expires_at: null,
          s3_bucket: bench.service.bucket,
          s3_key: null,
          empty: true,
          sha256: null,
          s3_version_id: null,
          export_id: null,
        });
        expect((await bench.service.log(engagement, `format=${format}`)).body.toString()).toBe(
          format === 'json' ? '[]\n' : '',
        );
      }
      expect(await bench.service.exportsOf(engagement)).toEqual([]);
      expect(await bench.service.openUploads()).toBe(0);
    });

    it('is silent when it succeeds', async () => {
      const before = bench.service.logs.length;
      await signedUrl('eng-link');
      expect(bench.service.logs.slice(before).filter(({ level }) => level > 20)).toEqual([]);
    });

    it('answers HEAD without a link or an object', async () => {
      await bench.service.seed('eng-head', { '1.jsonl': log });
      const path = '/auditforge/engagement/eng-head/audit-log?delivery=signed_url';
      const answer = await bench.service.get(path, {}, 'HEAD');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers['content-length']).toBeUndefined();
      expect(await bench.service.exportsOf('eng-head')).toEqual([]);
    });
  });
}
