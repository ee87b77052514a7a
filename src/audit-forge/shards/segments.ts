import type { Shard } from './shard.js';

/** The unit of reading: a shard, or a range of a large one. Its size is known before it is read. */
export interface Segment {
  shard: Shard;
  /** bytes [start, end) of the shard */
  start: number;
  end: number;
  first: boolean;
  last: boolean;
}

const MIB = 1024 * 1024;
export const SEGMENT_BYTES = 8 * MIB;

export const FIRST_SEGMENT_BYTES = MIB / 4;
/** The first ranges of a log are small, so that its first byte is early. */
const FIRST_RANGES = [FIRST_SEGMENT_BYTES, MIB, 4 * MIB];

/** Cuts shards into segments, in order. Shards without a byte have none. */
export async function* planSegments(shards: AsyncIterable<Shard>): AsyncGenerator<Segment> {
  const warmUp = [...FIRST_RANGES];
  for await (const shard of shards) {
    for (let start = 0; start < shard.size;) {
      const whole = shard.size <= SEGMENT_BYTES;
      const length = whole ? shard.size : (warmUp.shift() ?? SEGMENT_BYTES);
      const end = Math.min(shard.size, start + length);
      yield { shard, start, end, first: start === 0, last: end === shard.size };
      start = end;
    }
    warmUp.length = shard.size > 0 ? 0 : warmUp.length;
  }
}
