import { randomLetters, randomOfExportId } from '../records/export-id.js';

/** Between the key of a shard of the platform and what is ours. Above every character that its own keys end with. */
const MARK = '~export-';

/**
 * Where there is no shard yet: `!` is below every letter and digit, so that the event stays before the shards to come.
 */
const BEFORE_ALL = '!';

/** Of an event of an export: the random part of that export's id comes first. */
const OF_AN_EXPORT = /^\d{8}T\d{9}Z-([a-z2-7]{10})[a-z2-7]{6}\.jsonl$/;

/**
 * Where an event goes: after the last shard of the platform and before its next one, as long as its keys
 * ascend; and after the events that came before.
 *
 * @param lastKey the last key in byte order, of the platform's or an event's own; undefined: there is none
 * @param exportId null: the event is of no export that has a record
 */
export function custodyKey(
  prefix: string,
  lastKey: string | undefined,
  at: Date,
  exportId: string | null,
): string {
  const random = (exportId === null ? randomLetters(10) : randomOfExportId(exportId)) + randomLetters(6);
  return `${platformKey(lastKey) ?? prefix + BEFORE_ALL}${MARK}${milliseconds(at)}-${random}.jsonl`;
}

/** Whether the event of this key is of that export: a listing alone shows what has been handed over. */
export function isEventOf(key: string, exportId: string): boolean {
  const at = key.lastIndexOf(MARK);
  const random = at === -1 ? undefined : OF_AN_EXPORT.exec(key.slice(at + MARK.length))?.[1];
  return random === randomOfExportId(exportId);
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
