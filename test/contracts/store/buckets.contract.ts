import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, expect, it } from '@jest/globals';
import { refusalOf, type Contract } from '../store-under-test.js';

export function describeBuckets(contract: () => Contract): void {
  let bucket: string;
  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
  });

  it('finds a bucket, and answers 404 for none', async () => {
    const { client } = contract();
    await expect(client.send(new HeadBucketCommand({ Bucket: bucket }))).resolves.toBeDefined();
    expect(await refusalOf(client.send(new HeadBucketCommand({ Bucket: `${bucket}-none` })))).toMatchObject({
      status: 404,
    });
    const put = contract().put(`${bucket}-none`, 'a', 'x');
    expect(await refusalOf(put)).toEqual({ code: 'NoSuchBucket', status: 404 });
  });

  it('makes a bucket, which then takes objects', async () => {
    const name = `${bucket}-made`;
    await contract().client.send(new CreateBucketCommand({ Bucket: name }));
    await contract().put(name, 'a', 'x');
    expect((await contract().read(name, 'a')).toString()).toBe('x');
  });

  it('tells the location', async () => {
    const answer = await contract().client.send(new GetBucketLocationCommand({ Bucket: bucket }));
    expect(answer.$metadata.httpStatusCode).toBe(200);
  });

  it('turns versioning on', async () => {
    const { client, store } = contract();
    const name = await store.makeBucket();
    expect((await client.send(new GetBucketVersioningCommand({ Bucket: name }))).Status).toBeUndefined();
    const configuration = { Status: 'Enabled' as const };
    await client.send(
      new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: configuration }),
    );
    expect((await client.send(new GetBucketVersioningCommand({ Bucket: name }))).Status).toBe('Enabled');
  });

  it('keeps the lifecycle rule that aborts incomplete uploads', async () => {
    const { client, store } = contract();
    const name = await store.makeBucket();
    const get = new GetBucketLifecycleConfigurationCommand({ Bucket: name });
    expect(await refusalOf(client.send(get))).toEqual({ code: 'NoSuchLifecycleConfiguration', status: 404 });
    const rule = {
      ID: 'abort-incomplete-uploads',
      Status: 'Enabled' as const,
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    };
    const configuration = { Rules: [rule] };
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration: configuration }),
    );
    expect((await client.send(get)).Rules).toMatchObject([
      { ID: rule.ID, Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ]);
  });

  it('keeps the default encryption, or refuses it', async () => {
    const { client, store, capabilities } = contract();
    const name = await store.makeBucket();
    const get = new GetBucketEncryptionCommand({ Bucket: name });
    const rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }];
    const put = client.send(
      new PutBucketEncryptionCommand({ Bucket: name, ServerSideEncryptionConfiguration: { Rules: rules } }),
    );
    if (!capabilities.encryptionConfig) {
      await refusalOf(put);
      return;
    }
    await put;
    expect((await client.send(get)).ServerSideEncryptionConfiguration?.Rules).toMatchObject(rules);
    const unset = client.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    expect(await refusalOf(unset)).toEqual({
      code: 'ServerSideEncryptionConfigurationNotFoundError',
      status: 404,
    });
  });

  it('keeps the public-access blocks', async () => {
    const { client, store, capabilities } = contract();
    const name = await store.makeBucket();
    const get = new GetPublicAccessBlockCommand({ Bucket: name });
    const blocksThatAre = (on: boolean) => ({
      BlockPublicAcls: on,
      IgnorePublicAcls: on,
      BlockPublicPolicy: on,
      RestrictPublicBuckets: on,
    });
    if (contract().departs('public-access blocks by default')) {
      expect((await client.send(get)).PublicAccessBlockConfiguration).toEqual(blocksThatAre(false));
    } else {
      const refusal = { code: 'NoSuchPublicAccessBlockConfiguration', status: 404 };
      expect(await refusalOf(client.send(get))).toEqual(refusal);
    }
    const blocks = blocksThatAre(true);
    await client.send(
      new PutPublicAccessBlockCommand({ Bucket: name, PublicAccessBlockConfiguration: blocks }),
    );
    expect((await client.send(get)).PublicAccessBlockConfiguration).toEqual(blocks);
    if (capabilities.publicAccessBlock) await contract().put(name, 'a', 'x');
    else expect(await refusalOf(contract().put(name, 'a', 'x'))).toMatchObject({ status: 403 });
  });

  it('has no object lock', async () => {
    const get = contract().client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
    expect(await refusalOf(get)).toEqual({ code: 'ObjectLockConfigurationNotFoundError', status: 404 });
  });
}
