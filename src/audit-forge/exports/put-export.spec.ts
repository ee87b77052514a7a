import { createHash } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import { KeyTaken } from './key-taken.js';
import { putExport } from './put-export.js';

const TARGET = {
  location: { bucket: 'client-bucket', account: '123456789012' },
  key: 'auditforge/exports/eng-1-20260508T132000Z.jsonl',
  at: new Date('2026-05-08T13:20:00Z'),
  headers: {
    ContentType: 'application/x-ndjson',
    ContentDisposition: 'attachment; filename="eng-1-20260508T132000Z.jsonl"',
    CacheControl: 'private, no-store',
  },
};
const BODY = Buffer.from('{"a":1}\n');
const ETAG = `"${createHash('md5').update(BODY).digest('hex')}"`;

describe('a log put in one piece', () => {
  const s3 = mockS3();
  beforeEach(() => void s3.reset());

  it('is one conditional put with its headers, its MD5 and the expected owner', async () => {
    s3.on(PutObjectCommand).resolves({ ETag: ETAG });
    await putExport(s3Store(), TARGET, BODY, noAbort());
    expect(s3.calls()).toHaveLength(1);
    expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input).toEqual({
      Bucket: 'client-bucket',
      ExpectedBucketOwner: '123456789012',
      Key: TARGET.key,
      Body: BODY,
      ...TARGET.headers,
      ContentMD5: createHash('md5').update(BODY).digest('base64'),
      IfNoneMatch: '*',
    });
  });

  it.each([
    ['v1.abc', 'v1.abc'],
    [undefined, null],
    ['null', null],
    ['', null],
  ])('tells the version %j as %j', async (VersionId, versionId) => {
    s3.on(PutObjectCommand).resolves({ ETag: ETAG, VersionId });
    await expect(putExport(s3Store(), TARGET, BODY, noAbort())).resolves.toEqual({
      key: TARGET.key,
      versionId,
    });
  });

  describe('whose answer does not say its MD5', () => {
    const put = () => putExport(s3Store(), TARGET, BODY, noAbort());

    it.each([
      ['no etag', {}],
      ['an etag made with a key', { ETag: `"${'0'.repeat(32)}"`, ServerSideEncryption: 'aws:kms' as const }],
    ])('is looked at in the store: %s', async (_, answer) => {
      s3.on(PutObjectCommand).resolves({ ...answer, VersionId: 'v1' });
      s3.on(HeadObjectCommand).resolves({ ...answer, ContentLength: BODY.length });
      await expect(put()).resolves.toEqual({ key: TARGET.key, versionId: 'v1' });
      expect(s3.commandCalls(HeadObjectCommand)[0]!.args[0].input.VersionId).toBe('v1');
    });

    it('is refused where the store has something else', async () => {
      s3.on(PutObjectCommand).resolves({ ETag: `"${'0'.repeat(32)}"` });
      s3.on(HeadObjectCommand).resolves({ ETag: `"${'0'.repeat(32)}"`, ContentLength: BODY.length });
      await expect(put()).rejects.toMatchObject({ code: 'storage_unavailable' });
    });
  });

  it.each([
    ['PreconditionFailed', 412],
    ['ConditionalRequestConflict', 409],
  ])('says that the key is taken on %s', async (name, status) => {
    s3.on(PutObjectCommand).rejects(s3Error(name, status));
    const failed = await putExport(s3Store(), TARGET, BODY, noAbort()).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(KeyTaken);
    expect(failed).toMatchObject({ at: TARGET.at, failure: { context: { operation: 'PutObject' } } });
  });

  it.each([
    ['AccessDenied', 403, 'storage_access_denied'],
    ['NoSuchBucket', 404, 'storage_misconfigured'],
    ['PermanentRedirect', 301, 'storage_misconfigured'],
  ])('fails with %s as %i %s', async (name, status, code) => {
    s3.on(PutObjectCommand).rejects(s3Error(name, status));
    await expect(putExport(s3Store(), TARGET, BODY, noAbort())).rejects.toMatchObject({
      code,
      context: { operation: 'PutObject', bucket: 'client-bucket' },
    });
    expect(s3.calls()).toHaveLength(1);
  });

  describe('failures 18: a put that worked, but whose answer was lost', () => {
    const found = { ContentLength: BODY.length, ETag: ETAG };
    beforeEach(() => {
      const refused = s3Error('PreconditionFailed', 412);
      s3.on(PutObjectCommand).rejectsOnce(s3Error('InternalError', 500)).rejects(refused);
    });

    it('is found in the store, and no second object is written', async () => {
      s3.on(HeadObjectCommand).resolves({ ...found, VersionId: 'v1' });
      const stored = await putExport(s3Store(), TARGET, BODY, noAbort());
      expect(stored).toEqual({ key: TARGET.key, versionId: 'v1' });
      expect(s3.commandCalls(PutObjectCommand)).toHaveLength(2);
    });

    it.each([
      ['another size', { ...found, ContentLength: 1 }],
      ['another etag', { ...found, ETag: '"0123456789abcdef0123456789abcdef"' }],
    ])('is somebody else’s object with %s: the key is taken', async (_, head) => {
      s3.on(HeadObjectCommand).resolves(head);
      await expect(putExport(s3Store(), TARGET, BODY, noAbort())).rejects.toBeInstanceOf(KeyTaken);
    });
  });

  it('is not looked for when the first try is refused: the same bytes there are another export', async () => {
    s3.on(PutObjectCommand).rejects(s3Error('PreconditionFailed', 412));
    await expect(putExport(s3Store(), TARGET, BODY, noAbort())).rejects.toBeInstanceOf(KeyTaken);
    expect(s3.commandCalls(HeadObjectCommand)).toHaveLength(0);
  });
});
