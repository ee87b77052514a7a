import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { exportKey, serve } from './serve.js';
import { sdkClient } from './sdk-client.js';
import { readSettings, shardPrefix } from './settings.js';

/** The original's way: one shard after another into memory, the whole log in one piece, one PutObject. */
const { access, bucket: Bucket } = readSettings();
const client = sdkClient(access);

await serve({
  signedUrl: async (engagementId) => {
    const shards: Uint8Array[] = [];
    const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: shardPrefix(engagementId) });
    for await (const { Contents } of pages) {
      for (const { Key } of Contents ?? []) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        shards.push(await Body!.transformToByteArray());
      }
    }
    const log = Buffer.concat(shards);
    const Key = exportKey(engagementId);
    await client.send(new PutObjectCommand({ Bucket, Key, Body: log, ContentType: 'application/x-ndjson' }));
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 600 });
    return { signed_url: url, s3_key: Key, size_bytes: log.length };
  },
});
