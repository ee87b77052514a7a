import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Keys of the objects that the service has made for an engagement. */
export async function exportsOf(client: S3Client, bucket: string, engagement: string): Promise<string[]> {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: `auditforge/exports/${engagement}-` }),
  );
  return Contents.map(({ Key }) => Key!);
}

export async function versionOf(client: S3Client, bucket: string, key: string): Promise<string | undefined> {
  return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).VersionId;
}

export async function bytesOf(client: S3Client, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
}

/** Multipart uploads of an engagement's exports that are neither complete nor aborted. */
export async function uploadsOf(
  client: S3Client,
  bucket: string,
  engagement: string,
): Promise<Array<{ key: string; uploadId: string }>> {
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: `auditforge/exports/${engagement}-` }),
  );
  return Uploads.map(({ Key, UploadId }) => ({ key: Key!, uploadId: UploadId! }));
}
