import { randomBytes } from 'node:crypto';

/** Between the key of a shard of the platform and what is ours. Above every character that its own keys end with. */
const MARK = '~export-';

/**
 * Where there is no shard yet: `!` is below every letter and digit, so that the event stays before the shards to come.
 */
const BEFORE_ALL = '!';

/**
 * Where an event goes: after the last shard of the platform and before its next one, as long as its keys
 * ascend; and after the events that came before.
 *
 * @param lastKey the last key in byte order, of the platform's or an event's own; undefined: there is none
 */
export function custodyKey(prefix: string, lastKey: string | undefined, at: Date): string {
  const random = randomBytes(5).toString('hex');
  return `${platformKey(lastKey) ?? prefix + BEFORE_ALL}${MARK}${milliseconds(at)}-${random}.jsonl`;
}

/** The shard of the platform that an event follows, or the key itself. */
export function platformKey(key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  const at = key.lastIndexOf(MARK);
  return at === -1 ? key : key.slice(0, at);
}

/** `20260508T132000123Z` */
function milliseconds(at: Date): string {
  return at.toISOString().replaceAll(/[-:.]/g, '');
}
