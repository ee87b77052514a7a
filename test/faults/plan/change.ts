import type { Random } from '../../../src/demo/random.js';
import type { LogShard } from '../log/log-shard.js';
import { randomShard } from '../log/random-shard.js';

/** Something that happens to the log while it is exported. */
export interface Change {
  /** Before the service's so-manieth request to the store is answered. */
  atRequest: number;
  /** What is put: a new shard, or one in place of another. */
  put?: LogShard;
  /** The name of a shard that goes. */
  remove?: string;
  /** The log after it. */
  after: LogShard[];
}

export function randomChange(random: Random, shards: readonly LogShard[]): Change {
  const atRequest = random.int(1, shards.length + 4);
  const kind = shards.length === 0 ? 'add' : random.pick(['add', 'remove', 'replace'] as const);
  if (kind === 'add') {
    const put = checkable(randomShard(random));
    return { atRequest, put, after: [...shards.filter(({ name }) => name !== put.name), put] };
  }
  const old = random.pick(shards);
  const others = shards.filter((shard) => shard !== old);
  if (kind === 'remove') return { atRequest, remove: old.name, after: others };
  let put = randomShard(random);
  while (endingOf(put) !== endingOf(old)) put = randomShard(random);
  put = { ...checkable(put), name: old.name };
  return { atRequest, put, after: [...others, put] };
}

/** A fault may flip a bit of the shard that was there before: of this one as well then, so it must show. */
function checkable(shard: LogShard): LogShard {
  return { ...shard, checksum: 'CRC32' };
}

function endingOf({ name }: LogShard): string {
  return /\.jsonl(\.gz|\.zst)?$/.exec(name)![0];
}
