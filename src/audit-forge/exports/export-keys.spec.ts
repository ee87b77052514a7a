import { HeadObjectCommand, type HeadObjectCommandInput } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import { S3Failure } from '../s3/s3-failure.js';
import { ExportKeys } from './export-keys.js';

const LOCATION = { bucket: 'client-bucket' };
const AT = new Date('2026-05-08T13:20:59Z');
const key = (second: string) => `auditforge/exports/eng-1-20260508T13${second}Z.jsonl`;

describe('the key of a new export', () => {
  const s3 = mockS3();
  let keys: ExportKeys;

  beforeEach(() => {
    storeHolds();
    keys = new ExportKeys(s3Store());
  });

  /** The store has objects of these keys and no other. */
  function storeHolds(...taken: string[]): void {
    s3.reset();
    s3.on(HeadObjectCommand).callsFake(({ Key }: HeadObjectCommandInput) => {
      if (!taken.includes(Key!)) throw s3Error('NotFound', 404);
      return {};
    });
  }

  const reserve = (id = 'eng-1', location: { bucket: string } = LOCATION, signal = noAbort()) =>
    keys.reserve(location, id, 'jsonl', AT, signal);

  it('is of the second of the request where that is free', async () => {
    await expect(reserve()).resolves.toMatchObject({
      key: key('2059'),
      fileName: 'eng-1-20260508T132059Z.jsonl',
      at: AT,
    });
    expect(s3.commandCalls(HeadObjectCommand)).toHaveLength(1);
    expect(s3.commandCalls(HeadObjectCommand)[0]!.args[0].input).toEqual({
      Bucket: 'client-bucket',
      Key: key('2059'),
    });
  });

  it('is of the next free second where the store has that one', async () => {
    storeHolds(key('2059'), key('2100'));
    await expect(reserve()).resolves.toMatchObject({
      key: key('2101'),
      fileName: 'eng-1-20260508T132101Z.jsonl',
      at: new Date('2026-05-08T13:21:01Z'),
    });
  });

  it('is given once within the process, also to requests side by side', async () => {
    const reserved = await Promise.all([reserve(), reserve(), reserve()]);
    expect(reserved.map((one) => one.key)).toEqual([key('2059'), key('2100'), key('2101')]);
  });

  it('is free again once it is released', async () => {
    const first = await reserve();
    first.release();
    await expect(reserve()).resolves.toMatchObject({ key: key('2059') });
  });

  it('does not stay reserved where the store had it', async () => {
    storeHolds(key('2059'));
    await reserve();
    storeHolds();
    await expect(reserve()).resolves.toMatchObject({ key: key('2059') });
  });

  it('is its own in each bucket, for each engagement and in each format', async () => {
    await reserve();
    await expect(reserve('eng-1', { bucket: 'other-bucket' })).resolves.toMatchObject({ at: AT });
    await expect(reserve('eng-2')).resolves.toMatchObject({ at: AT });
    await expect(keys.reserve(LOCATION, 'eng-1', 'json', AT, noAbort())).resolves.toMatchObject({ at: AT });
  });

  it('stays free when the store cannot be asked', async () => {
    s3.on(HeadObjectCommand).rejects(s3Error('AccessDenied', 403));
    const failed = await reserve().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(S3Failure);
    expect(failed).toMatchObject({ code: 'storage_access_denied', context: { operation: 'HeadObject' } });
    storeHolds();
    await expect(reserve()).resolves.toMatchObject({ key: key('2059') });
  });

  it('stays free when the request has been aborted', async () => {
    const gone = new Error('the client has gone away');
    await expect(reserve('eng-1', LOCATION, AbortSignal.abort(gone))).rejects.toBe(gone);
    await expect(reserve()).resolves.toMatchObject({ key: key('2059') });
  });
});
