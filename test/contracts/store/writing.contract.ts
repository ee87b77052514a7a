import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, expect, it } from '@jest/globals';
import { refusalOf, sampleBytes, type Contract } from '../store-under-test.js';

export function describeWriting(contract: () => Contract): void {
  let bucket: string;
  const exists = async (key: string): Promise<boolean> => {
    const head = contract().client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return head.then(
      () => true,
      () => false,
    );
  };

  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
  });

  it('answers the MD5 as the etag, and replaces what was there', async () => {
    for (const text of ['one', 'two, longer']) {
      const { ETag: etag } = await contract().put(bucket, 'writing/etag', text);
      expect(etag).toBe(`"${createHash('md5').update(text).digest('hex')}"`);
      expect((await contract().read(bucket, 'writing/etag')).toString()).toBe(text);
    }
  });

  it('writes with If-None-Match only where nothing is, or ignores the condition', async () => {
    const { capabilities } = contract();
    const key = 'writing/once';
    await contract().put(bucket, key, 'first', { IfNoneMatch: '*' });
    const second = contract().put(bucket, key, 'second', { IfNoneMatch: '*' });
    if (!capabilities.conditionalWrites) {
      await second;
      expect((await contract().read(bucket, key)).toString()).toBe('second');
      return;
    }
    expect(await refusalOf(second)).toEqual({ code: 'PreconditionFailed', status: 412 });
    expect((await contract().read(bucket, key)).toString()).toBe('first');
  });

  it('lets one of many conditional writes through', async () => {
    if (!contract().capabilities.conditionalWrites) return;
    const writes = Array.from({ length: 10 }, (_, number) =>
      contract().put(bucket, 'writing/race', `writer ${number}`, { IfNoneMatch: '*' }),
    );
    const won = (await Promise.allSettled(writes)).flatMap(({ status }, number) =>
      status === 'fulfilled' ? [number] : [],
    );
    expect(won).toHaveLength(1);
    expect((await contract().read(bucket, 'writing/race')).toString()).toBe(`writer ${won[0]}`);
  });

  it('verifies Content-MD5', async () => {
    await contract().put(bucket, 'writing/md5', 'right', { ContentMD5: digestOf('md5', 'right') });
    const wrong = contract().put(bucket, 'writing/md5-wrong', 'right', {
      ContentMD5: digestOf('md5', 'wrong'),
    });
    expect(await refusalOf(wrong)).toEqual({ code: 'BadDigest', status: 400 });
    const malformed = contract().put(bucket, 'writing/md5-wrong', 'right', { ContentMD5: 'AAAA' });
    expect(await refusalOf(malformed)).toEqual({ code: 'InvalidDigest', status: 400 });
    expect(await exists('writing/md5-wrong')).toBe(false);
  });

  it.each([
    ['ChecksumCRC32', 'y/Q5Jg=='],
    ['ChecksumCRC32C', '4waSgw=='],
    ['ChecksumCRC64NVME', 'rosUhgp5mIg='],
    ['ChecksumSHA1', digestOf('sha1', '123456789')],
    ['ChecksumSHA256', digestOf('sha256', '123456789')],
  ])('verifies and keeps %s, or ignores it', async (name, value) => {
    const { capabilities, client } = contract();
    const key = `writing/${name}`;
    const put = (text: string) => contract().put(bucket, key, text, { [name]: value });
    if (!capabilities.checksums) {
      await put('12345678?');
      expect((await contract().read(bucket, key)).toString()).toBe('12345678?');
      return;
    }
    expect(await refusalOf(put('12345678?'))).toEqual({ code: 'BadDigest', status: 400 });
    expect(await exists(key)).toBe(false);
    await put('123456789');
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
    );
    expect(head).toMatchObject({ [name]: value, ChecksumType: 'FULL_OBJECT' });
  });

  it('takes a stream of known length', async () => {
    const bytes = sampleBytes(400_000, 2);
    const body = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
    const input = { Bucket: bucket, Key: 'writing/stream', Body: body, ContentLength: bytes.length };
    await contract().client.send(new PutObjectCommand(input));
    expect((await contract().read(bucket, 'writing/stream')).equals(bytes)).toBe(true);
  });

  it('takes a stream with its checksum behind it, or refuses it', async () => {
    const bytes = sampleBytes(400_000, 3);
    const client = contract().clientWith({ requestChecksumCalculation: 'WHEN_SUPPORTED' });
    const body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
    const input = { Bucket: bucket, Key: 'writing/trailer', Body: body, ContentLength: bytes.length };
    const put = client.send(new PutObjectCommand({ ...input, ContentEncoding: 'gzip' }));
    if (contract().capabilities.trailers) {
      await put;
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'writing/trailer' }));
      // How the body travelled (aws-chunked) is not what the object is.
      expect(answer.ContentEncoding).toBe('gzip');
      expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    } else {
      await refusalOf(put);
      expect(await exists('writing/trailer')).toBe(false);
    }
    client.destroy();
  });

  it('keeps nothing of a body that ends too early', async () => {
    const key = 'writing/short';
    const command = new PutObjectCommand({ Bucket: bucket, Key: key });
    const link = await getSignedUrl(contract().client, command, { expiresIn: 60 });
    const headers = { 'content-length': '2000' };
    const init = {
      method: 'PUT',
      headers,
      body: Readable.toWeb(Readable.from(half())),
      duplex: 'half' as const,
    };
    await expect(fetch(link, init)).rejects.toThrow();
    await wait(100);
    expect(await exists(key)).toBe(false);
  });

  it('removes an object; removing it again is no error', async () => {
    await contract().put(bucket, 'writing/removed', 'x');
    const remove = () =>
      contract().client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'writing/removed' }));
    expect((await remove()).$metadata.httpStatusCode).toBe(204);
    expect(await exists('writing/removed')).toBe(false);
    await remove();
  });
}

function digestOf(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('base64');
}

async function* half(): AsyncGenerator<Uint8Array> {
  yield sampleBytes(1000);
  await wait(50);
  throw new Error('the client leaves');
}
