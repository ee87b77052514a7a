import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, expect, it } from '@jest/globals';
import { refusalOf, type Contract } from '../store-under-test.js';

export function describeVersioning(contract: () => Contract): void {
  let bucket: string;
  const list = async (prefix: string) => {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix });
    return ((await contract().client.send(command)).Contents ?? []).map(({ Key }) => Key);
  };
  beforeAll(async () => {
    const { store, capabilities } = contract();
    if (!capabilities.versioning)
      throw new Error('No store without versioning is known; say here what it does.');
    bucket = await store.makeBucket({ versioned: true });
  });

  it('keeps each version, also behind a link', async () => {
    const { client } = contract();
    const Key = 'versions/a';
    const { VersionId: first } = await contract().put(bucket, Key, 'first');
    const { VersionId: second } = await contract().put(bucket, Key, 'second');
    expect(first).toBeTruthy();
    expect(second).not.toBe(first);
    expect((await contract().read(bucket, Key)).toString()).toBe('second');
    expect((await contract().read(bucket, Key, first)).toString()).toBe('first');
    const command = new GetObjectCommand({ Bucket: bucket, Key, VersionId: first });
    const answer = await fetch(await getSignedUrl(client, command, { expiresIn: 60 }));
    expect(answer.headers.get('x-amz-version-id')).toBe(first);
    expect(await answer.text()).toBe('first');
    expect(await list('versions/a')).toEqual([Key]);
  });

  it('hides a deleted object behind a marker, and shows it again without', async () => {
    const { client } = contract();
    const target = { Bucket: bucket, Key: 'versions/deleted' };
    const { VersionId: kept } = await contract().put(bucket, target.Key, 'kept');
    const marker = await client.send(new DeleteObjectCommand(target));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    expect(await refusalOf(client.send(new GetObjectCommand(target)))).toEqual({
      code: 'NoSuchKey',
      status: 404,
    });
    expect(await refusalOf(client.send(new HeadObjectCommand(target)))).toMatchObject({ status: 404 });
    expect(await list(target.Key)).toEqual([]);
    expect((await contract().read(bucket, target.Key, kept)).toString()).toBe('kept');

    const hidden = await fetch(await getSignedUrl(client, new GetObjectCommand(target), { expiresIn: 60 }));
    expect(hidden.status).toBe(404);
    const named = contract().departs('silent delete marker') ? null : 'true';
    expect(hidden.headers.get('x-amz-delete-marker')).toBe(named);
    await hidden.text();

    await client.send(new DeleteObjectCommand({ ...target, VersionId: marker.VersionId }));
    expect((await contract().read(bucket, target.Key)).toString()).toBe('kept');
    await client.send(new DeleteObjectCommand({ ...target, VersionId: kept }));
    const gone = client.send(new GetObjectCommand({ ...target, VersionId: kept }));
    expect(await refusalOf(gone)).toMatchObject({ status: 404 });
  });

  it('writes over a delete marker with If-None-Match', async () => {
    const target = { Bucket: bucket, Key: 'versions/again' };
    await contract().put(bucket, target.Key, 'first');
    await contract().client.send(new DeleteObjectCommand(target));
    await contract().put(bucket, target.Key, 'second', { IfNoneMatch: '*' });
    expect((await contract().read(bucket, target.Key)).toString()).toBe('second');
  });

  it('writes a first version alone with If-None-Match, or ignores the condition', async () => {
    const Key = 'versions/once';
    const { VersionId: first } = await contract().put(bucket, Key, 'first', { IfNoneMatch: '*' });
    const second = contract().put(bucket, Key, 'second', { IfNoneMatch: '*' });
    if (contract().capabilities.conditionalWrites === true) {
      expect(await refusalOf(second)).toEqual({ code: 'PreconditionFailed', status: 412 });
      expect((await contract().read(bucket, Key)).toString()).toBe('first');
      return;
    }
    expect((await contract().read(bucket, Key, (await second).VersionId)).toString()).toBe('second');
    expect((await contract().read(bucket, Key, first)).toString()).toBe('first');
  });

  it('tells no version in a bucket without versioning', async () => {
    const plain = await contract().store.makeBucket();
    expect((await contract().put(plain, 'a', 'x')).VersionId).toBeUndefined();
    const answer = await contract().client.send(new GetObjectCommand({ Bucket: plain, Key: 'a' }));
    await answer.Body!.transformToByteArray();
    expect(answer.VersionId).toBeUndefined();
  });
}
