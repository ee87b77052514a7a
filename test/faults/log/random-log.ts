import type { Random } from '../../../src/demo/random.js';
import type { LogShard } from './log-shard.js';
import { corrupted, plainShard, randomShard } from './random-shard.js';

const MIB = 1024 * 1024;
/** Above a segment, and above what a log may have that is put in one piece. */
const LARGE = { min: 8_800_000, max: 10_000_000 };

/** The shards of one engagement, mostly few and small. */
export function randomLog(random: Random): LogShard[] {
  const shards = distinct(sizedShards(random));
  if (shards.length === 0 || !random.percent(3)) return shards;
  const at = random.int(0, shards.length - 1);
  return shards.with(at, corrupted(random, shards[at]!));
}

function sizedShards(random: Random): LogShard[] {
  const one = random.int(1, 200);
  // Several segments of one shard; beyond one part of an upload, too.
  if (one <= 4) return [...few(random), plainShard(random, random.int(LARGE.min, LARGE.max)), ...few(random)];
  // The same after decompression.
  if (one <= 6) return [...few(random), randomShard(random, random.int(LARGE.min, LARGE.max))];
  // Many that are too much for one part together.
  if (one <= 9) return Array.from({ length: random.int(9, 12) }, () => plainShard(random, MIB));
  // More than one page of the listing.
  if (one <= 11) return Array.from({ length: random.int(101, 150) }, () => randomShard(random, 20));
  return Array.from({ length: usualCount(random) }, () => randomShard(random));
}

function usualCount(random: Random): number {
  if (random.percent(5)) return 0;
  if (random.percent(50)) return random.int(1, 4);
  return random.percent(85) ? random.int(5, 12) : random.int(13, 40);
}

function few(random: Random): LogShard[] {
  return Array.from({ length: random.int(0, 2) }, () => randomShard(random));
}

function distinct(shards: LogShard[]): LogShard[] {
  return [...new Map(shards.map((shard) => [shard.name, shard])).values()];
}
