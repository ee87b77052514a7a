import { Readable } from 'node:stream';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { exportKey, serve } from './serve.js';
import { sdkClient } from './sdk-client.js';
import { readSettings, shardPrefix } from './settings.js';

/** What most people write: a generator over the shards, one after another, as the body of an `Upload`. */
const { access, bucket: Bucket } = readSettings();
const client = sdkClient(access);

await serve({
  signedUrl: async (engagementId) => {
    let size = 0;
    const log = async function* (): AsyncGenerator<Uint8Array> {
      const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: shardPrefix(engagementId) });
      for await (const { Contents } of pages) {
        for (const { Key } of Contents ?? []) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          for await (const chunk of Body as Readable) {
            size += (chunk as Buffer).length;
            yield chunk as Buffer;
          }
        }
      }
    };
    const Key = exportKey(engagementId);
    const params = { Bucket, Key, Body: Readable.from(log()), ContentType: 'application/x-ndjson' };
    await new Upload({ client, params }).done();
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 600 });
    return { signed_url: url, s3_key: Key, size_bytes: size };
  },
});
