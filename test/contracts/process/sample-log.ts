import { createHash } from 'node:crypto';
import { asJsonArray, events } from '../../support/events.js';

export interface SampleLog {
  shards: Buffer[];
  /** The whole log, as each format has it. */
  jsonl: Buffer;
  json: Buffer;
}

/** A log of shards of about that size, the same in every run. */
export function sampleLog(shardCount: number, shardBytes: number, from = 0): SampleLog {
  const padding = Math.min(2_000, shardBytes / 4);
  const perShard = Math.max(1, Math.round(shardBytes / events(1, from, padding).length));
  const texts = Array.from({ length: shardCount }, (_, at) =>
    events(perShard, from + at * perShard, padding),
  );
  const whole = texts.join('');
  return {
    shards: texts.map((text) => Buffer.from(text)),
    jsonl: Buffer.from(whole),
    json: Buffer.from(asJsonArray(whole)),
  };
}

/** What two bodies are compared by: their difference would fill the screen. */
export function digest(bytes: Buffer): string {
  return `${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`;
}
