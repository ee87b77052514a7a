import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, optionsWith, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import type { Engagement } from './engagement.js';
import { Engagements } from './engagements.js';
import { EngagementStore } from './engagement-store.js';
import { SmallObjects } from '../s3/small-objects.js';
import { S3EngagementStore } from './s3-engagement-store.js';

const ENGAGEMENT: Engagement = {
  id: 'eng-1',
  name: 'Annual audit',
  status: 'active',
  source_bucket: 'client-bucket',
  source_region: null,
  created_at: '2026-05-01T09:00:00Z',
};

/** A store of a host's own that knows one engagement. */
class OneEngagement extends EngagementStore {
  constructor(private readonly engagement: Engagement | null) {
    super();
  }
  override find(): Promise<Engagement | null> {
    return Promise.resolve(this.engagement);
  }
}

function get(engagement: Engagement | null, sourceBuckets?: string[]): Promise<Engagement> {
  const options = optionsWith(sourceBuckets === undefined ? {} : { sourceBuckets });
  return new Engagements(new OneEngagement(engagement), options).get('eng-1', noAbort());
}

describe('an engagement, whichever store it comes from', () => {
  it.each<[what: string, bucket: string | null, allowed: string[] | undefined]>([
    ['any bucket where no list is set', 'client-bucket', undefined],
    ['a bucket of the list', 'client-bucket', ['client-bucket']],
    ['a bucket that the list describes', 'metis-af-eu-123456789012', ['x-bucket', 'metis-af-*-123456789012']],
    ['the shared bucket', 'shared-bucket', ['client-bucket']],
    ['no bucket', null, ['client-bucket']],
  ])('may name %s', async (_, source_bucket, allowed) => {
    await expect(get({ ...ENGAGEMENT, source_bucket }, allowed)).resolves.toMatchObject({ source_bucket });
  });

  it.each(['client-bucket-2', 'other-bucket', 'xclient-bucket'])('may not name %s', async (source_bucket) => {
    await expect(get({ ...ENGAGEMENT, source_bucket }, ['client-bucket'])).rejects.toMatchObject({
      code: 'source_bucket_not_allowed',
      status: 502,
      context: { bucket: source_bucket },
      detail: expect.not.stringContaining(source_bucket),
    });
  });

  it('must be the one that is asked for', async () => {
    await expect(get({ ...ENGAGEMENT, id: 'eng-2' })).rejects.toMatchObject({
      code: 'invalid_engagement_record',
    });
  });

  it('may not exist', async () => {
    await expect(get(null)).rejects.toMatchObject({ code: 'engagement_not_found', status: 404 });
  });
});

const find = (id = 'eng-1') =>
  new S3EngagementStore(new SmallObjects(s3Store()), optionsWith()).find(id, noAbort());

describe('the engagement records of the shared bucket', () => {
  const s3 = mockS3();
  beforeEach(() => void s3.reset());

  function storeHas(text: string | Buffer, ContentLength?: number): Readable {
    const Body = Readable.from([Buffer.from(text)]);
    const sdkBody = Object.assign(Body, {
      transformToByteArray: async () => new Uint8Array(Buffer.from(text)),
    });
    s3.on(GetObjectCommand).callsFake(() => ({ Body: sdkBody, ContentLength }));
    return Body;
  }

  it('are read by the id', async () => {
    storeHas(JSON.stringify(ENGAGEMENT));
    await expect(find()).resolves.toEqual(ENGAGEMENT);
    expect(s3.commandCalls(GetObjectCommand)[0]!.args[0].input).toEqual({
      Bucket: 'shared-bucket',
      Key: 'auditforge/engagements/eng-1.json',
    });
  });

  it('may be missing', async () => {
    s3.on(GetObjectCommand).rejects(s3Error('NoSuchKey', 404));
    await expect(find()).resolves.toBeNull();
  });

  it('are not missing where the bucket is', async () => {
    s3.on(GetObjectCommand).rejects(s3Error('NoSuchBucket', 404));
    await expect(find()).rejects.toMatchObject({ code: 'storage_misconfigured' });
  });

  it('are refused, unread, where they are over 64 KiB', async () => {
    const body = storeHas(JSON.stringify(ENGAGEMENT), 64 * 1024 + 1);
    await expect(find()).rejects.toMatchObject({ code: 'invalid_engagement_record' });
    expect(body.destroyed).toBe(true);
  });

  it('are refused where they are those of another', async () => {
    storeHas(JSON.stringify({ ...ENGAGEMENT, id: 'eng-12' }));
    await expect(find()).rejects.toMatchObject({ code: 'invalid_engagement_record' });
  });
});
