/** One stored piece of a log, as the listing showed it. Never changes; every read is held to its etag. */
export interface Shard {
  key: string;
  /** Stored bytes. */
  size: number;
  /** As the store gives it, with its quotes. */
  etag: string;
}

export type Codec = 'gzip' | 'zstd';

const CODEC_OF_ENDING: ReadonlyArray<[ending: string, codec: Codec | undefined]> = [
  ['.jsonl', undefined],
  ['.jsonl.gz', 'gzip'],
  ['.jsonl.zst', 'zstd'],
];

export function isShardKey(key: string): boolean {
  return CODEC_OF_ENDING.some(([ending]) => key.endsWith(ending));
}

/** How the shard's name says that it is compressed. */
export function codecOfKey(key: string): Codec | undefined {
  return CODEC_OF_ENDING.find(([ending]) => key.endsWith(ending))?.[1];
}
