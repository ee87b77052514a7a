import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, expect, it } from '@jest/globals';
import { refusalOf, type Contract } from '../store-under-test.js';

export function describeAccess(contract: () => Contract): void {
  let bucket: string;
  const target = () => ({ Bucket: bucket, Key: 'access/object' });
  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
    await contract().put(bucket, 'access/object', 'x');
  });

  it('refuses a wrong secret', async () => {
    const { accessKeyId } = contract().store.config.credentials;
    const client = contract().clientWith({ credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    const refusal = { code: 'SignatureDoesNotMatch', status: 403 };
    expect(await refusalOf(client.send(new GetObjectCommand(target())))).toEqual(refusal);
    expect(await refusalOf(client.send(new ListObjectsV2Command({ Bucket: bucket })))).toEqual(refusal);
    expect(await refusalOf(client.send(new PutObjectCommand({ ...target(), Body: 'y' })))).toEqual(refusal);
    const answer = await fetch(await getSignedUrl(client, new GetObjectCommand(target()), { expiresIn: 60 }));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    client.destroy();
  });

  it('refuses an unknown access key', async () => {
    const credentials = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'wrong' };
    const client = contract().clientWith({ credentials });
    const get = client.send(new GetObjectCommand(target()));
    expect(await refusalOf(get)).toEqual({ code: 'InvalidAccessKeyId', status: 403 });
    client.destroy();
  });

  it('refuses a request without a signature', async () => {
    const answer = await fetch(`${contract().store.config.endpoint}/${bucket}/access/object`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });

  it.each([-20, 20])('refuses a clock that is %i minutes away', async (minutes) => {
    const client = contract().clientWith({ systemClockOffset: minutes * 60_000 });
    const get = client.send(new GetObjectCommand(target()));
    expect(await refusalOf(get)).toEqual({ code: 'RequestTimeTooSkewed', status: 403 });
    client.destroy();
  });

  it('takes a clock that is ten minutes away', async () => {
    const client = contract().clientWith({ systemClockOffset: -600_000 });
    const answer = await client.send(new GetObjectCommand(target()));
    expect(await answer.Body!.transformToString()).toBe('x');
    client.destroy();
  });

  it('refuses a bucket of another account than the one expected, or ignores the expectation', async () => {
    const { client, capabilities } = contract();
    const get = async (owner: string) => {
      const answer = await client.send(new GetObjectCommand({ ...target(), ExpectedBucketOwner: owner }));
      return answer.Body!.transformToString();
    };
    if (capabilities.ownerAccountId === undefined) {
      expect(await get('999999999999')).toBe('x');
      return;
    }
    expect(await get(capabilities.ownerAccountId)).toBe('x');
    expect(await refusalOf(get('999999999999'))).toEqual({ code: 'AccessDenied', status: 403 });
    const command = new GetObjectCommand({ ...target(), ExpectedBucketOwner: '999999999999' });
    const answer = await fetch(await getSignedUrl(client, command, { expiresIn: 60 }));
    expect(answer.status).toBe(403);
    await answer.text();
  });

  it('names each answer and tells the time', async () => {
    const answer = await fetch(`${contract().store.config.endpoint}/${bucket}/access/object`);
    await answer.text();
    expect(answer.headers.get('x-amz-request-id')).toBeTruthy();
    expect(Math.abs(Date.parse(answer.headers.get('date')!) - Date.now())).toBeLessThan(60_000);
  });
}
