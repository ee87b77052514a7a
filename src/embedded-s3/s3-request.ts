import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';
import type { VerifiedSignature } from './sigv4.js';

const LONGEST_KEY_BYTES = 1024;

/** Where a request points: `/<bucket>/<key>` (path-style) and its query. An empty key means the bucket itself. */
export interface Target {
  bucket: string;
  key: string;
  query: URLSearchParams;
}

/** A request whose signature holds. */
export interface S3Request extends Target {
  method: string;
  signature: VerifiedSignature;
  /** The value of a header; of an `x-amz-` one in a presigned link also where it stands in the query. */
  header(name: string): string | undefined;
  /** Every `x-amz-` name that asks for something, wherever it stands; lowercase. */
  amzNames: readonly string[];
  /** The raw body. Leaving it half read keeps the connection, so that the refusal can still be answered. */
  body(): AsyncIterable<Buffer>;
}

/** @throws S3Error InvalidURI, KeyTooLongError */
export function parseTarget(url: string): Target {
  const [, rawBucket, rawKey = '', query = ''] = /^\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url) ?? [];
  if (rawBucket === undefined) throw new S3Error('InvalidURI');
  let bucket: string;
  let key: string;
  try {
    [bucket, key] = [decodeURIComponent(rawBucket), decodeURIComponent(rawKey)];
  } catch {
    throw new S3Error('InvalidURI');
  }
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return { bucket, key, query: new URLSearchParams(query) };
}

export function toS3Request(raw: IncomingMessage, target: Target, signature: VerifiedSignature): S3Request {
  const hoisted = new Map<string, string>();
  for (const [name, value] of signature.presigned ? target.query : []) {
    if (/^x-amz-/i.test(name) && !isSigning(name)) hoisted.set(name.toLowerCase(), value);
  }
  const sent = Object.keys(raw.headers).filter((name) => name.startsWith('x-amz-'));
  return {
    ...target,
    method: raw.method ?? '',
    signature,
    header: (name) => raw.headersDistinct[name]?.join(', ') ?? hoisted.get(name),
    amzNames: [...sent, ...hoisted.keys()],
    body: () => raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
  };
}

/** The query parameters that are the signature itself. */
function isSigning(name: string): boolean {
  return /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Content-Sha256|Security-Token)$/.test(
    name,
  );
}
