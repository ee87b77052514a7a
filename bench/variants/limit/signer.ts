import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { StoreAccess } from '../../stores/store.js';

/** Headers of one signed request, names and values in turn. */
export type Sign = (method: string, path: string, query: string) => string[];

/**
 * AWS Signature Version 4 with no more than S3 asks for: three headers, no hash of the body.
 * @returns a signer; `path` and `query` come encoded, the query's names in byte order
 */
export function signer({ endpoint, region, accessKeyId, secretAccessKey }: StoreAccess): Sign {
  const { host } = new URL(endpoint);
  let second = 0;
  let date = '';
  let scope = '';
  let key: KeyObject;

  // The key holds for a day, the date for a second.
  const renew = (now: number): void => {
    const next = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
    if (next.slice(0, 8) !== date.slice(0, 8)) {
      scope = `${next.slice(0, 8)}/${region}/s3/aws4_request`;
      // As an object: bytes would be made into one for each request.
      key = createSecretKey(scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`)));
    }
    date = next;
    second = Math.floor(now / 1000);
  };

  return (method, path, query) => {
    const now = Date.now();
    if (Math.floor(now / 1000) !== second) renew(now);
    const canonical = `${method}\n${path}\n${query}\nhost:${host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:${date}\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD`;
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    const signature = createHmac('sha256', key).update(text).digest('hex');
    return [
      'Host',
      host,
      'x-amz-content-sha256',
      'UNSIGNED-PAYLOAD',
      'x-amz-date',
      date,
      'Authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
    ];
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
