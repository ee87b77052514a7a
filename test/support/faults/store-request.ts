import type { IncomingMessage } from 'node:http';
import type { StoreRequest } from './fault.js';

/** Reads a path-style request of S3. */
export function storeRequest(
  { method = '', url = '', headers }: IncomingMessage,
  number: number,
): StoreRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://store');
  const [, bucket = '', ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const copies = headers['x-amz-copy-source'] !== undefined;
  const operation = key === '' ? onBucket(method, query) : copies ? onCopy(query) : onObject(method, query);
  return { number, operation, method, bucket, key, query, headers };
}

function onBucket(method: string, query: URLSearchParams): string {
  if (method === 'HEAD') return 'HeadBucket';
  if (query.has('list-type')) return 'ListObjectsV2';
  if (query.has('uploads')) return 'ListMultipartUploads';
  return 'other';
}

function onCopy(query: URLSearchParams): string {
  return query.has('partNumber') ? 'UploadPartCopy' : 'CopyObject';
}

function onObject(method: string, query: URLSearchParams): string {
  const upload = query.has('uploadId');
  switch (method) {
    case 'GET':
      return upload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return upload ? 'UploadPart' : 'PutObject';
    case 'POST':
      return upload ? 'CompleteMultipartUpload' : query.has('uploads') ? 'CreateMultipartUpload' : 'other';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return 'other';
  }
}
