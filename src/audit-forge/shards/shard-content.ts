import { setImmediate as otherWork } from 'node:timers/promises';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { CorruptCompression, Decompressor } from './decompress.js';
import type { ShardBytes } from './shard-reader.js';
import { codecOfKey, type Codec, type Shard } from './shard.js';

/** Decompressed bytes of a shard, or the place where a stored segment of it or the shard itself ends. */
export type ShardContent = { shard: Shard } & ({ bytes: Buffer } | { end: 'segment' | 'shard' });

/** Bytes that are worked on at once: what is made of them stays small, and other exports come in between. */
const SLICE_BYTES = 128 * 1024;

/**
 * Decompresses what the reader hands on.
 * @throws AuditForgeError `corrupt_shard` where the stored bytes are not what name and encoding say
 */
export async function* shardContents(stored: AsyncIterable<ShardBytes>): AsyncGenerator<ShardContent> {
  let decompressor: Decompressor | undefined;
  let open: Shard | undefined;
  try {
    for await (const { shard, bytes, contentEncoding, last } of stored) {
      if (open !== shard) decompressor = decompressorFor(shard, contentEncoding);
      open = shard;
      for await (const content of decompressor?.push(bytes) ?? slices(bytes)) yield { shard, bytes: content };
      if (last) {
        if (decompressor !== undefined) {
          for await (const content of decompressor.end()) yield { shard, bytes: content };
        }
      }
      yield { shard, end: last ? 'shard' : 'segment' };
    }
  } catch (error) {
    if (!(error instanceof CorruptCompression)) throw error;
    throw new AuditForgeError('corrupt_shard', {
      cause: error,
      context: { shard: open?.key, reason: error.message },
    });
  } finally {
    decompressor?.destroy();
  }
}

function decompressorFor(shard: Shard, contentEncoding: string | undefined): Decompressor | undefined {
  const codec = codecOfKey(shard.key) ?? codecOfEncoding(shard, contentEncoding);
  return codec === undefined ? undefined : new Decompressor(codec, shard.size);
}

/** A plain `.jsonl` may be stored with a `Content-Encoding`. `aws-chunked` is one that some stores forget to remove. */
function codecOfEncoding({ key }: Shard, contentEncoding = ''): Codec | undefined {
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity' && encoding !== 'aws-chunked');
  if (encodings.length === 0) return undefined;
  if (encodings.length === 1 && (encodings[0] === 'gzip' || encodings[0] === 'x-gzip')) return 'gzip';
  if (encodings.length === 1 && encodings[0] === 'zstd') return 'zstd';
  throw new AuditForgeError('corrupt_shard', {
    context: { shard: key, reason: `it is stored as ${contentEncoding}` },
  });
}

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await otherWork();
    yield bytes.subarray(at, at + SLICE_BYTES);
  }
}
