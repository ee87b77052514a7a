/** 1,842 */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Megabytes as the shops count them, one digit: 4.8 MB */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

export function shardCount(shards: number): string {
  return shards === 0 ? 'no shards' : shards === 1 ? '1 shard' : `${count(shards)} shards`;
}
