import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error, type S3ErrorCode } from './s3-error.js';

/**
 * AWS Signature Version 4 as S3 checks it, by header or by query (presigned).
 * Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
 *
 * Path and query are taken as they came, not decoded and encoded again: then `%2f` is not `%2F`, and a link that was
 * changed in any character is another link. The SDKs send them in the one encoding that S3 signs.
 */
export interface SignedRequest {
  method: string;
  /** Path and query as they stand in the request line. */
  url: string;
  headers: NodeJS.Dict<string[]>;
}

export interface SigningIdentity {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

export interface VerifiedSignature {
  /** `YYYYMMDDTHHMMSSZ` */
  date: string;
  scope: string;
  /** The key of that date, region and service; signed chunks need it again. */
  key: Buffer;
  /** Lowercase hex. The first signed chunk is chained to it. */
  signature: string;
  presigned: boolean;
  /** As signed: the body's SHA-256 in hex, `UNSIGNED-PAYLOAD` or one of the `STREAMING-…` words. */
  payloadHash: string;
}

interface Presented {
  credential: string;
  signedHeaders: string;
  signature: string;
  date: string;
  /** Seconds from `date`; by query only. */
  expires?: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MS = 15 * 60_000;
const WEEK_SECONDS = 604_800;

/** @throws S3Error unless the request is signed by `identity`, now, with `host` and every `x-amz-` header. */
export function verifySignature(
  request: SignedRequest,
  identity: SigningIdentity,
  now: Date,
): VerifiedSignature {
  const [path, query] = split(request.url, '?');
  const pairs = query === '' ? [] : query.split('&').map((pair) => split(pair, '='));
  const inQuery = pairs.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature');
  const malformed = inQuery ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed';
  if (inQuery && request.headers['authorization']) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed.');
  }
  const presented = inQuery ? fromQuery(pairs) : fromHeader(request.headers);
  checkTime(presented, now);

  const [accessKeyId, ...scope] = presented.credential.split('/');
  const expected = [presented.date.slice(0, 8), identity.region, 's3', 'aws4_request'].join('/');
  if (accessKeyId !== identity.accessKeyId) throw new S3Error('InvalidAccessKeyId');
  if (scope.join('/') !== expected) throw new S3Error(malformed, `The scope must be ${expected}.`);
  const names = presented.signedHeaders.split(';');
  if (!names.includes('host')) throw new S3Error(malformed, 'host must be a signed header.');
  if (Object.keys(request.headers).some((name) => name.startsWith('x-amz-') && !names.includes(name))) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed');
  }

  const hashes = inQuery
    ? pairs.filter(([name]) => name === 'X-Amz-Content-Sha256').map(([, value]) => value)
    : [];
  const payloadHash =
    request.headers['x-amz-content-sha256']?.[0] ?? hashes[0] ?? (inQuery ? 'UNSIGNED-PAYLOAD' : undefined);
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header x-amz-content-sha256');
  const canonical = [
    request.method,
    path,
    pairs
      .filter(([name]) => name !== 'X-Amz-Signature')
      .toSorted(byNameThenValue)
      .map((pair) => pair.join('='))
      .join('&'),
    ...names.map((name) => `${name}:${headerValue(request.headers[name])}`),
    '',
    presented.signedHeaders,
    payloadHash,
  ].join('\n');

  const key = signingKey(identity, presented.date.slice(0, 8));
  const signature = hmac(key, [ALGORITHM, presented.date, expected, sha256(canonical)].join('\n')).toString(
    'hex',
  );
  if (!equal(signature, presented.signature)) throw new S3Error('SignatureDoesNotMatch');
  return { date: presented.date, scope: expected, key, signature, presigned: inQuery, payloadHash };
}

/**
 * The signature of one piece of an aws-chunked body, chained to the one before it.
 * @param what `PAYLOAD` for a chunk, `TRAILER` for the trailing headers
 */
export function chunkSignature(
  { date, scope, key }: VerifiedSignature,
  what: 'PAYLOAD' | 'TRAILER',
  previous: string,
  contentSha256: string,
): string {
  const empty = what === 'PAYLOAD' ? [sha256('')] : [];
  const lines = [`${ALGORITHM}-${what}`, date, scope, previous, ...empty, contentSha256];
  return hmac(key, lines.join('\n')).toString('hex');
}

/** In a time that does not tell where two strings differ. */
export function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function fromHeader(headers: SignedRequest['headers']): Presented {
  const header = headers['authorization']?.[0];
  if (header === undefined) throw new S3Error('AccessDenied');
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^\s,]+),\s*SignedHeaders=([^\s,]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) throw new S3Error('AuthorizationHeaderMalformed');
  const date = headers['x-amz-date']?.[0];
  if (date === undefined)
    throw new S3Error('AccessDenied', 'AWS authentication requires an x-amz-date header.');
  return { credential: match[1]!, signedHeaders: match[2]!, signature: match[3]!, date };
}

function fromQuery(pairs: readonly [string, string][]): Presented {
  const one = (name: string): string => {
    const values = pairs.filter(([other]) => other === name);
    if (values.length !== 1)
      throw new S3Error('AuthorizationQueryParametersError', `${name} must be given once.`);
    return decode(values[0]![1], 'AuthorizationQueryParametersError');
  };
  const expires = one('X-Amz-Expires');
  if (
    one('X-Amz-Algorithm') !== ALGORITHM ||
    !/^[1-9]\d{0,5}$/.test(expires) ||
    Number(expires) > WEEK_SECONDS
  ) {
    throw new S3Error('AuthorizationQueryParametersError');
  }
  return {
    credential: one('X-Amz-Credential'),
    signedHeaders: one('X-Amz-SignedHeaders'),
    signature: one('X-Amz-Signature'),
    date: one('X-Amz-Date'),
    expires: Number(expires),
  };
}

function checkTime({ date, expires }: Presented, now: Date): void {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const at = iso === date ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) throw new S3Error('AccessDenied', 'X-Amz-Date must be written YYYYMMDDTHHMMSSZ.');
  const age = now.getTime() - at;
  if (expires === undefined) {
    if (Math.abs(age) > SKEW_MS) throw new S3Error('RequestTimeTooSkewed');
    return;
  }
  if (age < -SKEW_MS) throw new S3Error('AccessDenied', 'Request is not yet valid');
  if (age > expires * 1000) throw new S3Error('AccessDenied', 'Request has expired');
}

function signingKey({ secretAccessKey, region }: SigningIdentity, day: string): Buffer {
  return [day, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
}

function headerValue(values: string[] | undefined): string {
  return (values ?? []).map((value) => value.trim().replace(/\s+/g, ' ')).join(',');
}

/** Before and after the first `separator`. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function byNameThenValue(a: [string, string], b: [string, string]): number {
  const at = a[0] === b[0] ? 1 : 0;
  return a[at] < b[at] ? -1 : Number(a[at] > b[at]);
}

function decode(text: string, code: S3ErrorCode): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(code);
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
