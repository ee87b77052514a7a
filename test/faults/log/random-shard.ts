import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Random } from '../../../src/demo/random.js';
import type { LogShard } from './log-shard.js';
import { blankLines, randomLines } from './random-lines.js';
import { randomName } from './random-name.js';

const KIB = 1024;

type Ending = '.jsonl' | '.jsonl.gz' | '.jsonl.zst';

/** A shard of about `size` bytes before compression; default: what is usual, with some exceptions. */
export function randomShard(random: Random, size?: number): LogShard {
  const ending: Ending = random.pick(['.jsonl', '.jsonl', '.jsonl', '.jsonl.gz', '.jsonl.zst']);
  const plain = Buffer.from(size === undefined ? usualLines(random) : randomLines(random, size));
  return storedAs(random, ending, plain);
}

/** A shard without compression, for a log that is to be large as stored. */
export function plainShard(random: Random, size: number): LogShard {
  return {
    name: `${randomName(random)}.jsonl`,
    isBroken: false,
    checksum: randomChecksum(random),
    ...asStored(Buffer.from(randomLines(random, size))),
  };
}

/** The same shard made unreadable: a torn write, rubbish, or compression that is not whole. */
export function corrupted(random: Random, shard: LogShard): LogShard {
  const isCompressed = shard.stored !== shard.plain;
  if (isCompressed && shard.stored.length > 1) return brokenCompression(random, shard);
  const good = shard.plain.toString('latin1');
  const bad = random.pick(['{"torn":', 'rubbish', '[{"an":"array"}]', '\x00\xff\xfe', '"text"', '{"a":1} x']);
  const at = random.percent(50) ? `${bad}\n${good.replace(/^\xef\xbb\xbf/, '')}` : `${good}\n${bad}`;
  return { ...shard, ...asStored(Buffer.from(at, 'latin1')) };
}

function usualLines(random: Random): string {
  const one = random.int(1, 100);
  if (one <= 4) return '';
  if (one <= 7) return blankLines(random);
  if (one <= 9) return randomLines(random, random.int(100, 400) * KIB);
  return randomLines(random, one <= 40 ? random.int(1, KIB) : random.int(KIB, 8 * KIB));
}

function storedAs(random: Random, ending: Ending, plain: Buffer): LogShard {
  const shard: LogShard = {
    name: `${randomName(random)}${ending}`,
    isBroken: false,
    checksum: randomChecksum(random),
    ...asStored(plain),
  };
  if (ending === '.jsonl.zst')
    return { ...shard, stored: inPieces(random, plain, (piece) => zstdCompressSync(piece)) };
  const stored = () => inPieces(random, plain, (piece) => gzipSync(piece, { level: 1 }));
  if (ending === '.jsonl.gz') return { ...shard, stored: stored() };
  return random.percent(10) ? { ...shard, contentEncoding: 'gzip', stored: stored() } : shard;
}

function randomChecksum(random: Random): LogShard['checksum'] {
  if (random.percent(4)) return 'none';
  return random.percent(8) ? random.pick(['CRC32C', 'SHA1', 'SHA256']) : 'CRC32';
}

function asStored(bytes: Buffer): Pick<LogShard, 'plain' | 'stored'> {
  return { plain: bytes, stored: bytes };
}

/** Several members or frames, cut anywhere. A shard of no bytes at all is none of them, and empty too. */
function inPieces(random: Random, plain: Buffer, compress: (piece: Buffer) => Buffer): Buffer {
  if (plain.length === 0 && random.percent(50)) return plain;
  const cuts = random.percent(25) ? [random.int(0, plain.length), random.int(0, plain.length)] : [];
  const bounds = [0, ...cuts.toSorted((a, b) => a - b), plain.length];
  return Buffer.concat(bounds.slice(1).map((end, at) => compress(plain.subarray(bounds[at], end))));
}

function brokenCompression(random: Random, shard: LogShard): LogShard {
  const { stored } = shard;
  // Less than any member or frame has, so that what is left never ends with a whole one.
  const cut = stored.subarray(0, stored.length - random.int(1, Math.min(5, stored.length - 1)));
  return {
    ...shard,
    isBroken: true,
    stored: random.percent(70) ? cut : Buffer.concat([stored, Buffer.from('rubbish')]),
  };
}
