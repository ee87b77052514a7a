import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../test/support/until.js';
import { EmbeddedS3, type EmbeddedS3Options, type ObservedRequest } from './embedded-s3.js';

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
const Bucket = 'bucket';

/** What the store does beyond S3's behaviour, which the store contract is about. */
describe('EmbeddedS3', () => {
  let dir: string;
  let s3: EmbeddedS3;
  let client: S3Client;
  let seen: ObservedRequest[];

  const start = async (more: Partial<EmbeddedS3Options> = {}) => {
    seen = [];
    const onRequest = (request: ObservedRequest) => void seen.push(request);
    s3 = await EmbeddedS3.start({ dir, ...credentials, minimumPartSize: 10, onRequest, ...more });
    client = clientFor(s3, credentials);
  };
  const stop = async () => {
    client.destroy();
    await s3.close();
  };
  const put = (Key: string, Body: string | Buffer) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body }));
  const read = async (Key: string, VersionId?: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Body!.transformToString();
  };
  const blobs = () => readdir(join(dir, 'buckets', Bucket, 'blobs'));

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'embedded-s3-'));
    await start();
    s3.createBucket(Bucket, { versioned: true });
  });
  afterEach(async () => {
    await stop();
    await rm(dir, { recursive: true });
  });

  it('has everything again after a restart', async () => {
    const first = await put('a', 'first');
    await put('a', 'second');
    await put('b', 'removed');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key: 'c',
        ContentType: 'text/plain',
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    const upload = { Bucket, Key: 'c', UploadId };
    const part = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part one, ' }));
    await stop();
    await start();

    expect(await read('a')).toBe('second');
    expect(await read('a', first.VersionId)).toBe('first');
    const two = await client.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'part two' }));
    const Parts = [part, two].map(({ ETag, ChecksumCRC32 }, at) => ({
      PartNumber: at + 1,
      ETag,
      ChecksumCRC32,
    }));
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    await stop();
    await start();

    expect(await read('c')).toBe('part one, part two');
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['a', 'c']);
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  it('forgets at the start what a kill left half made', async () => {
    await put('a', 'x');
    await stop();
    await writeFile(join(dir, 'buckets', Bucket, 'blobs', 'half-a-body'), 'hal');
    await writeFile(join(dir, 'buckets', Bucket, 'objects', 'half.json.tmp'), '{"key":"hal');
    await start();
    expect(await blobs()).toHaveLength(1);
    expect(await read('a')).toBe('x');
  });

  it('finishes an answer whose object is replaced meanwhile, and then lets go of its bytes', async () => {
    s3.createBucket('plain');
    const body = Buffer.alloc(8_000_000, 'old ');
    const target = { Bucket: 'plain', Key: 'a' };
    await client.send(new PutObjectCommand({ ...target, Body: body }));
    const { Body } = await client.send(new GetObjectCommand(target));
    await client.send(new PutObjectCommand({ ...target, Body: 'new' }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
    await until(() => readdirSync(join(dir, 'buckets', 'plain', 'blobs')).length === 1);
  });

  it.each(['/leading', 'a//b', 'a/../b', '..', './a', 'a\r\nb', 'é'.repeat(512)])(
    'keeps the key %j',
    async (Key) => {
      await put(Key, Key);
      expect(await read(Key)).toBe(Key);
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
      expect(Contents?.map((object) => object.Key)).toEqual([Key]);
    },
  );

  it('refuses a key of more than 1,024 bytes', async () => {
    await expect(put('k'.repeat(1025), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('answers 501 to what it does not do', async () => {
    await put('a', 'x');
    const refused = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    const target = { Bucket, Key: 'a' };
    const copy = new CopyObjectCommand({ ...target, CopySource: 'bucket/a' });
    await expect(client.send(copy)).rejects.toMatchObject(refused);
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject(refused);
    await expect(client.send(new GetObjectTaggingCommand(target))).rejects.toMatchObject(refused);
    const delimited = new ListObjectsV2Command({ Bucket, Delimiter: '/' });
    await expect(client.send(delimited)).rejects.toMatchObject(refused);
    const encrypted = new PutObjectCommand({ ...target, Body: 'y', ServerSideEncryption: 'aws:kms' });
    await expect(client.send(encrypted)).rejects.toMatchObject(refused);
    const tagged = new PutObjectCommand({ ...target, Body: 'y', Tagging: 'a=b' });
    await expect(client.send(tagged)).rejects.toMatchObject(refused);
    const dated = new GetObjectCommand({ ...target, IfModifiedSince: new Date() });
    await expect(client.send(dated)).rejects.toMatchObject(refused);
    expect(await read('a')).toBe('x');
  });

  it('tells of each request whose signature holds', async () => {
    await put('a b', 'x');
    const link = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a b' }), { expiresIn: 60 });
    await (await fetch(link)).text();
    await (await fetch(`${link}0`)).text();
    expect(seen.map(({ operation, method, bucket, key }) => [operation, method, bucket, key])).toEqual([
      ['PutObject', 'PUT', Bucket, 'a b'],
      ['GetObject', 'GET', Bucket, 'a b'],
    ]);
    expect(seen[1]!.query.get('X-Amz-Expires')).toBe('60');
  });

  it('can refuse a large body without reading it, and is still understood', async () => {
    const wrong = { accessKeyId: 'AKIA', secretAccessKey: 'wrong' };
    const other = clientFor(s3, wrong);
    const large = new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(20_000_000) });
    await expect(other.send(large)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    other.destroy();
    expect(await blobs()).toEqual([]);
  });

  it.each([
    ['a body of unknown length', { 'transfer-encoding': 'chunked' }, 411],
    ['more than 5 GiB', { 'content-length': 5 * 2 ** 30 + 1 }, 400],
    ['metadata by a header that the link does not sign', { 'content-length': 1, 'x-amz-meta-a': 'b' }, 403],
  ])('refuses %s', async (_, headers, status) => {
    const link = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 });
    const answered = await new Promise((resolve, reject) => {
      const sent = httpRequest(link, { method: 'PUT', headers }, (answer) => {
        resolve(answer.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.write('x');
      if (status === 411) sent.end();
    });
    expect(answered).toBe(status);
    expect(await blobs()).toEqual([]);
  });

  it('refuses a body that is not the one signed', async () => {
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: Buffer.from('other') });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(put('a', 'right')).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
    expect(await blobs()).toEqual([]);
  });

  it('goes by the clock that it is given', async () => {
    await stop();
    await start({ clock: () => new Date('2020-01-01T00:00:00.999Z') });
    await expect(put('a', 'x')).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    const answer = await fetch(`${s3.endpoint}/${Bucket}/a`);
    await answer.text();
    expect(answer.headers.get('date')).toBe('Wed, 01 Jan 2020 00:00:00 GMT');
  });

  it('rejects if its port is taken', async () => {
    const port = Number(new URL(s3.endpoint).port);
    const second = EmbeddedS3.start({ dir: join(dir, 'other'), ...credentials, port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends an answer in the middle when it is closed', async () => {
    await put('a', Buffer.alloc(50_000_000));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    await s3.close();
    await expect(Body!.transformToByteArray()).rejects.toThrow();
    await start();
  });
});

function clientFor({ endpoint }: EmbeddedS3, identity: typeof credentials): S3Client {
  const config = { endpoint, region: 'us-east-1', credentials: identity };
  return new S3Client({ ...config, forcePathStyle: true, maxAttempts: 1 });
}
