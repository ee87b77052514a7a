import { createHash } from 'node:crypto';
import { inKeyOrder, type LogShard } from './log-shard.js';

export type Format = 'jsonl' | 'json';

/** What the log of these shards must be. */
export interface ReferenceLog {
  /** Of a corrupt log: the most that may be sent of it before it fails. */
  bytes: Buffer;
  shards: number;
  events: number;
  isCorrupt: boolean;
}

interface Lines {
  kept: string[];
  /** A line that must make the export fail, as far as it begins like an event. */
  torn?: string;
}

/**
 * The rules of the log's bytes, written down once more and as plainly as can be: whole strings, no state.
 * Shares nothing with the service. In latin1 each byte is one character.
 */
export function referenceLog(shards: readonly LogShard[], format: Format): ReferenceLog {
  const kept: string[] = [];
  for (const shard of inKeyOrder(shards)) {
    const lines = linesOf(shard.plain.toString('latin1'));
    for (const line of lines.kept) kept.push(line);
    if (lines.torn !== undefined || shard.isBroken) {
      const text = format === 'jsonl' ? corruptJsonl(kept, lines.torn) : corruptJson(kept, lines.torn);
      return { ...described(shards, kept), bytes: Buffer.from(text, 'latin1'), isCorrupt: true };
    }
  }
  const text = format === 'jsonl' ? kept.map((line) => `${line}\n`).join('') : `[${kept.join(',\n')}]\n`;
  return { ...described(shards, kept), bytes: Buffer.from(text, 'latin1'), isCorrupt: false };
}

/** Lowercase hex. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function described(shards: readonly LogShard[], kept: readonly string[]) {
  return { shards: shards.length, events: kept.length };
}

function linesOf(text: string): Lines {
  const kept: string[] = [];
  for (const ended of text.replace(/^\xef\xbb\xbf/, '').split('\n')) {
    const line = ended.replace(/\r$/, '');
    const content = line.replaceAll(/^[ \t]+|[ \t]+$/g, '');
    if (content === '') continue;
    if (!content.startsWith('{')) return { kept, torn: '' };
    if (!content.endsWith('}')) return { kept, torn: line };
    kept.push(line);
  }
  return { kept };
}

function corruptJsonl(kept: readonly string[], torn = ''): string {
  return kept.map((line) => `${line}\n`).join('') + torn;
}

function corruptJson(kept: readonly string[], torn = ''): string {
  const begun = torn === '' ? kept : [...kept, torn];
  return begun.length === 0 ? '' : `[${begun.join(',\n')}`;
}
