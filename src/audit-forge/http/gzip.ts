import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';

/** Audit logs shrink about tenfold at any level; a low one keeps up with the store. */
const LEVEL = 3;

/** Compresses as bytes come: what has gone in comes out at once, and does not wait for a full block. */
export async function* gzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL, flush: constants.Z_SYNC_FLUSH });
  // A failure of the source destroys `gzip` with its error, which the loop below then throws.
  pipeline(Readable.from(source), gzip, () => undefined);
  try {
    for await (const chunk of gzip) yield chunk as Buffer;
  } finally {
    gzip.destroy();
  }
}
