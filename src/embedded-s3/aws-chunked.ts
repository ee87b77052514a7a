import { createHash } from 'node:crypto';
import { S3Error } from './s3-error.js';
import { chunkSignature, equal, type VerifiedSignature } from './sigv4.js';

/** A chunk's header or a trailing header is longer than this only by mistake or malice. */
const LONGEST_LINE = 8192;

/**
 * The bytes inside an aws-chunked body; what trails them goes into `trailers` (lowercase names).
 * With a `signature`, each chunk and the trailers must be signed in chain from it; the caller must not keep anything
 * of a body that ends with an error.
 * Source: Amazon S3 API Reference, "Signature Calculations for … Transferring Payload in Multiple Chunks".
 * @throws S3Error IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
  signature?: VerifiedSignature,
): AsyncGenerator<Buffer> {
  const reader = new Reader(source[Symbol.asyncIterator]());
  let previous = signature?.signature ?? '';
  const check = (what: 'PAYLOAD' | 'TRAILER', hash: string, given: string | undefined): void => {
    if (!signature) return;
    previous = chunkSignature(signature, what, previous, hash);
    if (given === undefined || !equal(previous, given)) throw new S3Error('SignatureDoesNotMatch');
  };

  for (let size = -1; size !== 0;) {
    const header = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(await reader.line());
    if (!header) throw new S3Error('IncompleteBody', 'A chunk must start with its size in hex.');
    size = Number.parseInt(header[1]!, 16);
    const hash = createHash('sha256');
    for await (const piece of reader.bytes(size)) {
      if (signature) hash.update(piece);
      yield piece;
    }
    check('PAYLOAD', hash.digest('hex'), header[2]);
    if (size > 0 && (await reader.line()) !== '') throw new S3Error('IncompleteBody', 'A chunk is too long.');
  }

  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const [, name, value] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new S3Error('MalformedTrailerError');
    trailers.set(name.toLowerCase(), value.trim());
  }
  if (trailers.size > 0) {
    const given = trailers.get('x-amz-trailer-signature');
    trailers.delete('x-amz-trailer-signature');
    const lines = Array.from(trailers, ([name, value]) => `${name}:${value}\n`).join('');
    check('TRAILER', createHash('sha256').update(lines).digest('hex'), given);
  }
  if (!(await reader.atEnd())) throw new S3Error('IncompleteBody', 'Bytes follow the last chunk.');
}

/** Takes lines and runs of bytes from chunks that are cut anywhere. */
class Reader {
  private held: Buffer = Buffer.alloc(0);

  constructor(private readonly source: AsyncIterator<Buffer>) {}

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.held.indexOf('\r\n');
      if (end >= 0) {
        const line = this.held.toString('latin1', 0, end);
        this.held = this.held.subarray(end + 2);
        return line;
      }
      if (this.held.length > LONGEST_LINE || !(await this.more())) throw new S3Error('IncompleteBody');
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.held.length === 0 && !(await this.more())) throw new S3Error('IncompleteBody');
      const piece = this.held.subarray(0, left);
      this.held = this.held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async atEnd(): Promise<boolean> {
    while (this.held.length === 0) if (!(await this.more())) return true;
    return false;
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done) return false;
    this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value]);
    return true;
  }
}
