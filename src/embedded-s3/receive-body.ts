import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.js';
import { ALGORITHMS, isAlgorithm, isChecksum, startChecksum, type Algorithm } from './checksums.js';
import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';

const LARGEST_PUT_BYTES = 5 * 2 ** 30;

/** What was found out about bytes while they passed. */
export interface Digests {
  size: number;
  /** Lowercase hex. */
  md5: string;
  /** Base64. */
  checksum?: { algorithm: Algorithm; value: string };
}

/**
 * Hands the decoded body to `write` while it checks all that the request says about it: length, Content-MD5, the
 * signed SHA-256, chunk signatures, and a checksum in a header or behind the body. What fails makes `write`'s
 * source throw, so that nothing of it is kept.
 * @param fallback the checksum to work out where the request gives none
 * @throws S3Error BadDigest, InvalidDigest, IncompleteBody, EntityTooLarge, MissingContentLength, …
 */
export async function receiveBody<T>(
  request: S3Request,
  write: (source: AsyncIterable<Buffer>) => Promise<T>,
  fallback?: Algorithm,
): Promise<{ written: T; digests: Digests }> {
  const encoding = bodyEncoding(request.signature.payloadHash);
  const length = request.header(encoding.chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (length === undefined || !/^\d{1,15}$/.test(length)) throw new S3Error('MissingContentLength');
  if (Number(length) > LARGEST_PUT_BYTES) throw new S3Error('EntityTooLarge');
  const md5 = contentMd5(request.header('content-md5'));
  const given = givenChecksum(request);

  const trailers = new Map<string, string>();
  const signature = encoding.signed ? request.signature : undefined;
  const source = encoding.chunked ? decodeAwsChunked(request.body(), trailers, signature) : request.body();
  const sha256 = encoding.sha256 === undefined ? undefined : createHash('sha256');
  const algorithm = given?.algorithm ?? fallback;
  let digests: Digests | undefined;

  async function* checked(): AsyncGenerator<Buffer> {
    for await (const item of digesting(source, algorithm, (found) => (digests = found), Number(length))) {
      sha256?.update(item);
      yield item;
    }
    if (digests?.size !== Number(length)) throw new S3Error('IncompleteBody');
    if (sha256 && sha256.digest('hex') !== encoding.sha256) throw new S3Error('XAmzContentSHA256Mismatch');
    if (md5 !== undefined && digests.md5 !== md5) throw new S3Error('BadDigest');
    if (given === undefined) return;
    const value = given.value ?? trailers.get(`x-amz-checksum-${given.algorithm}`);
    if (value === undefined) throw new S3Error('MalformedTrailerError', 'The announced trailer is missing.');
    if (digests.checksum?.value !== value) throw new S3Error('BadDigest');
  }

  const written = await write(checked());
  return { written, digests: digests! };
}

/** Passes bytes on and reports their digests once all have passed. More than `atMost` bytes are an error. */
export async function* digesting(
  source: AsyncIterable<Buffer>,
  algorithm: Algorithm | undefined,
  report: (digests: Digests) => void,
  atMost = Infinity,
): AsyncGenerator<Buffer> {
  const md5 = createHash('md5');
  const running = algorithm && startChecksum(algorithm);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > atMost) throw new S3Error('IncompleteBody', 'The body is longer than announced.');
    md5.update(chunk);
    running?.update(chunk);
    yield chunk;
  }
  const checksum =
    algorithm && running ? { algorithm, value: running.digest().toString('base64') } : undefined;
  report({ size, md5: md5.digest('hex'), checksum });
}

function bodyEncoding(payloadHash: string): { chunked: boolean; signed: boolean; sha256?: string } {
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return { chunked: false, signed: false, sha256: payloadHash };
  switch (payloadHash) {
    case 'UNSIGNED-PAYLOAD':
      return { chunked: false, signed: false };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { chunked: true, signed: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { chunked: true, signed: true };
    default:
      throw new S3Error('NotImplemented', `x-amz-content-sha256 cannot be ${payloadHash} here.`);
  }
}

/** Content-MD5 as hex. */
function contentMd5(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== header) throw new S3Error('InvalidDigest');
  return bytes.toString('hex');
}

/** The checksum in a header; or, without its value, the one announced to follow the body. */
function givenChecksum(request: S3Request): { algorithm: Algorithm; value?: string } | undefined {
  const given = ALGORITHMS.filter((name) => request.header(`x-amz-checksum-${name}`) !== undefined);
  const trailer = request.header('x-amz-trailer')?.toLowerCase();
  if (given.length + (trailer === undefined ? 0 : 1) > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header.');
  }
  const [algorithm] = given;
  if (algorithm !== undefined) {
    const value = request.header(`x-amz-checksum-${algorithm}`)!;
    if (isChecksum(algorithm, value)) return { algorithm, value };
    throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
  }
  if (trailer === undefined) return undefined;
  const name = trailer.replace(/^x-amz-checksum-/, '');
  if (!isAlgorithm(name)) throw new S3Error('InvalidRequest', 'x-amz-trailer must name a checksum.');
  return { algorithm: name };
}
