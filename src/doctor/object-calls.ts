import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { failureOf } from '../provision/failure.js';
import { versionIdOf } from '../audit-forge/exports/written-object.js';
import type { BucketContext } from './bucket-context.js';

/** As the service puts an export. @returns the version; null where there is none */
export async function putObject(
  context: BucketContext,
  key: string,
  body: Buffer,
  ifNoneMatch?: '*',
): Promise<string | null> {
  const content = {
    Key: key,
    Body: body,
    ContentMD5: createHash('md5').update(body).digest('base64'),
    ContentType: 'text/plain; charset=utf-8',
    CacheControl: 'private, no-store',
    ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
  };
  const known = context.written.has(key);
  context.written.add(key);
  try {
    const { VersionId } = await context.call('PutObject', (client, target, abort) =>
      client.send(new PutObjectCommand({ ...target, ...content }), abort),
    );
    return versionIdOf(VersionId);
  } catch (error) {
    // What was refused is not there. Of an answer that was lost, or not waited for, that is not known.
    const refused = !context.signal.aborted && failureOf(error).reason !== 'transient';
    if (refused && !known) context.written.delete(key);
    throw error;
  }
}

/** Where the shards of an engagement would be that cannot be. */
export function shardPrefix({ services, mark }: BucketContext): string {
  return services.options.shardPrefix.replace('{engagement_id}', mark);
}

export async function getObject(
  context: BucketContext,
  key: string,
  versionId?: string,
): Promise<Uint8Array> {
  return context.call('GetObject', async (client, target, abort) => {
    const { Body } = await client.send(
      new GetObjectCommand({
        ...target,
        Key: key,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
      }),
      abort,
    );
    return Body!.transformToByteArray();
  });
}

export function listExports(context: BucketContext): Promise<void> {
  return listUnder(context, 'auditforge/exports/');
}

export async function listUnder(context: BucketContext, prefix: string): Promise<void> {
  await context.call('ListObjectsV2', (client, target, abort) =>
    client.send(new ListObjectsV2Command({ ...target, Prefix: prefix, MaxKeys: 1 }), abort),
  );
}
