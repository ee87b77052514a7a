import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, type GetObjectCommandInput } from '@aws-sdk/client-s3';
import { beforeAll, expect, it } from '@jest/globals';
import { refusalOf, sampleBytes, type Contract } from '../store-under-test.js';

const BYTES = sampleBytes(300_000);
const ETAG = `"${createHash('md5').update(BYTES).digest('hex')}"`;
const KEY = 'reading/object.jsonl';

export function describeReading(contract: () => Contract): void {
  let bucket: string;
  const get = (more: Partial<GetObjectCommandInput> = {}) =>
    contract().client.send(new GetObjectCommand({ Bucket: bucket, Key: KEY, ...more }));

  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
    await contract().put(bucket, KEY, BYTES, {
      ContentType: 'application/x-ndjson',
      ContentDisposition: 'attachment; filename="object.jsonl"',
      CacheControl: 'private, no-store',
      ContentEncoding: 'gzip',
      Metadata: { 'snapshot-sha256': 'abc' },
    });
  });

  it('gives the bytes back with the headers that were put', async () => {
    const answer = await get();
    expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(BYTES)).toBe(true);
    const expected = {
      ETag: ETAG,
      ContentLength: BYTES.length,
      ContentType: 'application/x-ndjson',
      ContentDisposition: 'attachment; filename="object.jsonl"',
      CacheControl: 'private, no-store',
      ContentEncoding: 'gzip',
      Metadata: { 'snapshot-sha256': 'abc' },
      AcceptRanges: 'bytes',
      LastModified: expect.any(Date),
    };
    expect(answer).toMatchObject(expected);
    const head = await contract().client.send(new HeadObjectCommand({ Bucket: bucket, Key: KEY }));
    expect(head).toMatchObject(expected);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=299990-', 299_990, 299_999],
    ['bytes=-10', 299_990, 299_999],
    ['bytes=299999-400000', 299_999, 299_999],
    ['bytes=0-299999', 0, 299_999],
  ])('answers the range %s with 206', async (range, start, end) => {
    const answer = await get({ Range: range, IfMatch: ETAG });
    const bytes = Buffer.from(await answer.Body!.transformToByteArray());
    expect(bytes.equals(BYTES.subarray(start, end + 1))).toBe(true);
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(answer).toMatchObject({ ContentRange: `bytes ${start}-${end}/300000`, ETag: ETAG });
  });

  it('refuses a range behind the end', async () => {
    expect(await refusalOf(get({ Range: 'bytes=300000-' }))).toEqual({ code: 'InvalidRange', status: 416 });
  });

  it('reads only what If-Match names', async () => {
    const answer = await get({ IfMatch: ETAG });
    await answer.Body!.transformToByteArray();
    const refusal = await refusalOf(get({ IfMatch: '"00000000000000000000000000000000"' }));
    expect(refusal).toEqual({ code: 'PreconditionFailed', status: 412 });
  });

  it('answers 304 to If-None-Match with the etag', async () => {
    expect(await refusalOf(get({ IfNoneMatch: ETAG }))).toMatchObject({ status: 304 });
    const answer = await get({ IfNoneMatch: '"00000000000000000000000000000000"' });
    expect(await answer.Body!.transformToByteArray()).toHaveLength(BYTES.length);
  });

  it('answers 404 for a key that is not there', async () => {
    expect(await refusalOf(get({ Key: 'reading/none' }))).toEqual({ code: 'NoSuchKey', status: 404 });
    const head = contract().client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'reading/none' }));
    expect(await refusalOf(head)).toEqual({ code: 'NotFound', status: 404 });
  });

  it('gives an empty object', async () => {
    await contract().put(bucket, 'reading/empty', '', { ContentLength: 0 });
    expect(await contract().read(bucket, 'reading/empty')).toHaveLength(0);
    expect(await refusalOf(get({ Key: 'reading/empty', Range: 'bytes=0-' }))).toMatchObject({ status: 416 });
  });

  it('gives its checksum with a whole object and not with a range, or never', async () => {
    const key = 'reading/checksum';
    await contract().put(bucket, key, '123456789', { ChecksumCRC32: 'y/Q5Jg==' });
    const client = contract().clientWith({ responseChecksumValidation: 'WHEN_SUPPORTED' });
    const { capabilities } = contract();
    const kept = capabilities.checksums ? { sum: 'y/Q5Jg==', type: 'FULL_OBJECT' } : {};
    const read = async (range?: string) => {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ChecksumMode: 'ENABLED',
        Range: range,
      });
      const { ChecksumCRC32: sum, ChecksumType: type, Body: body } = await client.send(command);
      return { sum, type, text: await body!.transformToString() };
    };
    expect(await read()).toEqual({ ...kept, text: '123456789' });
    expect(await read('bytes=0-3')).toEqual({ text: '1234' });
    expect((await get({ Key: key })).ChecksumCRC32).toBeUndefined();
    client.destroy();
  });
}
