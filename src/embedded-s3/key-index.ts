/**
 * The keys of one bucket in the order S3 lists them: by their UTF-8 bytes. JavaScript's own order (UTF-16 units)
 * puts an emoji before U+FFFD, S3 puts it after.
 *
 * A sorted array: finding is a binary search, inserting moves pointers, which is cheap up to some 100,000 keys.
 */
export class KeyIndex {
  private readonly keys: Buffer[];

  constructor(keys: Iterable<string> = []) {
    this.keys = Array.from(keys, (key) => Buffer.from(key)).toSorted((a, b) => a.compare(b));
  }

  add(key: string): void {
    const bytes = Buffer.from(key);
    const at = this.firstNotBelow(bytes);
    if (!this.keys[at]?.equals(bytes)) this.keys.splice(at, 0, bytes);
  }

  delete(key: string): void {
    const bytes = Buffer.from(key);
    const at = this.firstNotBelow(bytes);
    if (this.keys[at]?.equals(bytes)) this.keys.splice(at, 1);
  }

  /** At most `limit` keys that start with `prefix` and come after `after`. */
  list(prefix: string, after: string | undefined, limit: number): string[] {
    const start = Buffer.from(prefix);
    const found: string[] = [];
    let at = this.firstNotBelow(start);
    if (after !== undefined) {
      const bytes = Buffer.from(after);
      const next = this.firstNotBelow(bytes);
      at = Math.max(at, this.keys[next]?.equals(bytes) ? next + 1 : next);
    }
    for (; found.length < limit && at < this.keys.length; at++) {
      const key = this.keys[at]!;
      if (!key.subarray(0, start.length).equals(start)) break;
      found.push(key.toString());
    }
    return found;
  }

  private firstNotBelow(bytes: Buffer): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keys[middle]!.compare(bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
