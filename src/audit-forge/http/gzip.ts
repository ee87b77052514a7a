import { constants, createGzip, type Gzip } from 'node:zlib';

/** Audit logs shrink about tenfold at any level; a low one keeps up with the store. */
const LEVEL = 3;

/** Compresses as bytes come: what has gone in comes out at once, and does not wait for a full block. */
export async function* gzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL, flush: constants.Z_SYNC_FLUSH });
  // A failure of the source destroys `gzip` with its error, which the loop below then throws.
  feed(source, gzip).catch((error: Error) => void gzip.destroy(error));
  try {
    for await (const chunk of gzip) yield chunk as Buffer;
  } finally {
    gzip.destroy();
  }
}

/** A piece must not change until it has been compressed, so the next one is not asked for before. */
async function feed(source: AsyncIterable<Buffer>, gzip: Gzip): Promise<void> {
  for await (const piece of source) {
    await new Promise<void>((resolve, reject) => {
      gzip.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  gzip.end();
}
