import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { StoreAccess } from '../stores/store.js';

/** As the SDK comes, but for what a store that is not AWS needs. */
export function sdkClient(
  { endpoint, region, ...credentials }: StoreAccess,
  more: S3ClientConfig = {},
): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...more,
  });
}
