import type { Answer } from './answer.js';
import * as buckets from './bucket-operations.js';
import * as multipart from './multipart-operations.js';
import * as objects from './object-operations.js';
import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';
import type { Store } from './store.js';

interface Route {
  operation: string;
  method: string;
  on: 'bucket' | 'object';
  /** Query parameters that must be there, and those that may be; any other makes it another operation. */
  needs: readonly string[];
  may: readonly string[];
  /** Conditions that the operation knows. Another one must not be ignored. */
  conditions: readonly string[];
  copies: boolean;
  handle(store: Store, request: S3Request): Answer | Promise<Answer>;
}

const LISTING = ['prefix', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'];
const UPLOADS = ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker', 'encoding-type'];
const READING = ['if-match', 'if-none-match'];
const CREATING = ['if-none-match'];

const ROUTES: readonly Route[] = [
  on('bucket', 'CreateBucket', 'PUT', [], buckets.createBucket),
  on('bucket', 'HeadBucket', 'HEAD', [], buckets.headBucket),
  on('bucket', 'ListObjectsV2', 'GET', ['list-type'], buckets.listObjects, { may: LISTING }),
  on('bucket', 'ListMultipartUploads', 'GET', ['uploads'], buckets.listMultipartUploads, { may: UPLOADS }),
  on('bucket', 'GetBucketLocation', 'GET', ['location'], buckets.getBucketLocation),
  on('bucket', 'GetBucketVersioning', 'GET', ['versioning'], buckets.getBucketVersioning),
  on('bucket', 'PutBucketVersioning', 'PUT', ['versioning'], buckets.putBucketVersioning),
  on('bucket', 'GetBucketEncryption', 'GET', ['encryption'], buckets.getConfiguration('encryption')),
  on('bucket', 'PutBucketEncryption', 'PUT', ['encryption'], buckets.putConfiguration('encryption')),
  on(
    'bucket',
    'GetPublicAccessBlock',
    'GET',
    ['publicAccessBlock'],
    buckets.getConfiguration('publicAccessBlock'),
  ),
  on(
    'bucket',
    'PutPublicAccessBlock',
    'PUT',
    ['publicAccessBlock'],
    buckets.putConfiguration('publicAccessBlock'),
  ),
  on(
    'bucket',
    'GetBucketLifecycleConfiguration',
    'GET',
    ['lifecycle'],
    buckets.getConfiguration('lifecycle'),
  ),
  on(
    'bucket',
    'PutBucketLifecycleConfiguration',
    'PUT',
    ['lifecycle'],
    buckets.putConfiguration('lifecycle'),
  ),
  on('bucket', 'GetObjectLockConfiguration', 'GET', ['object-lock'], buckets.getObjectLock),
  on('object', 'PutObject', 'PUT', [], objects.putObject, { conditions: CREATING }),
  on('object', 'GetObject', 'GET', [], objects.getObject, { may: ['versionId'], conditions: READING }),
  on('object', 'HeadObject', 'HEAD', [], objects.getObject, { may: ['versionId'], conditions: READING }),
  on('object', 'DeleteObject', 'DELETE', [], objects.deleteObject, { may: ['versionId'] }),
  on('object', 'CreateMultipartUpload', 'POST', ['uploads'], multipart.createMultipartUpload),
  on('object', 'UploadPart', 'PUT', ['uploadId', 'partNumber'], multipart.uploadPart),
  on('object', 'UploadPartCopy', 'PUT', ['uploadId', 'partNumber'], multipart.uploadPartCopy, {
    copies: true,
  }),
  on('object', 'CompleteMultipartUpload', 'POST', ['uploadId'], multipart.completeMultipartUpload, {
    conditions: CREATING,
  }),
  on('object', 'AbortMultipartUpload', 'DELETE', ['uploadId'], multipart.abortMultipartUpload),
  on('object', 'ListParts', 'GET', ['uploadId'], multipart.listParts, {
    may: ['max-parts', 'part-number-marker'],
  }),
];

/** The `x-amz-` headers that are understood, besides those that only describe the client. */
const KNOWN_HEADERS =
  /^x-amz-(date|content-sha256|security-token|user-agent|sdk-checksum-algorithm|trailer|decoded-content-length|expected-bucket-owner|source-expected-bucket-owner|checksum-(mode|type|algorithm|crc32|crc32c|crc64nvme|sha1|sha256)|meta-.+|server-side-encryption|copy-source(-if-match|-range)?|mp-object-size)$/;

/** The operation a request asks for; undefined for all that this store does not do. */
export function findRoute(request: S3Request): Route | undefined {
  const asked = new Set(Array.from(request.query.keys()).filter((name) => !/^x-(amz-|id$)/i.test(name)));
  const copies = request.header('x-amz-copy-source') !== undefined;
  return ROUTES.find(
    (route) =>
      route.method === request.method &&
      route.on === (request.key === '' ? 'bucket' : 'object') &&
      route.copies === copies &&
      route.needs.every((name) => asked.has(name)) &&
      [...asked].every((name) => route.needs.includes(name) || route.may.includes(name)),
  );
}

/** @throws S3Error NotImplemented for what must not be ignored, AccessDenied for a bucket that is another account's */
export function checkHeaders(route: Route, request: S3Request, accountId: string): void {
  const conditions = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  const unknown = [
    ...request.amzNames.filter((name) => !KNOWN_HEADERS.test(name)),
    ...conditions.filter((name) => request.header(name) !== undefined && !route.conditions.includes(name)),
  ];
  if ((request.header('x-amz-server-side-encryption') ?? 'AES256') !== 'AES256')
    unknown.push('encryption by KMS');
  if (unknown.length > 0) throw new S3Error('NotImplemented', `Not implemented: ${unknown.join(', ')}.`);
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if ((request.header(name) ?? accountId) !== accountId) throw new S3Error('AccessDenied');
  }
}

function on(
  level: Route['on'],
  operation: string,
  method: string,
  needs: readonly string[],
  handle: Route['handle'],
  more: Partial<Pick<Route, 'may' | 'conditions' | 'copies'>> = {},
): Route {
  return { on: level, operation, method, needs, handle, may: [], conditions: [], copies: false, ...more };
}
