import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { keyIn, listPage, nextToken, unusableListing } from '../s3/listing.js';
import type { S3Store } from '../s3/s3-store.js';
import { codecOfKey, isShardKey, type Shard } from './shard.js';
import { digestOf, type SnapshotDigest } from './snapshot-digest.js';

const MAX_SHARDS = 1_000_000;

/** Keys of the first page: enough for most logs, and few enough for the first shards to be read soon. */
const FIRST_PAGE_KEYS = 100;

/** What a listing adds up to. */
export interface SnapshotTotals {
  shards: number;
  /** Stored bytes of plain and of compressed shards. */
  plainBytes: number;
  compressedBytes: number;
}

export interface SnapshotSource {
  store: S3Store;
  location: BucketLocation;
  prefix: string;
  /** When the listing is begun. */
  takenAt: Date;
  /** Told of an object under the prefix that is no shard. */
  onUnrecognised: (key: string) => void;
  /** Buckets whose store was seen to list out of byte order; shared between snapshots. */
  unordered: Set<string>;
}

/** The snapshot does not hold any more, or cannot be relied on: take a new one, while nothing has gone out. */
export class SnapshotChanged extends AuditForgeError {
  constructor(reason: string, context: Record<string, unknown>, cause?: unknown) {
    super('snapshot_changed', { context: { reason, ...context }, cause });
  }
}

/**
 * The shards of one listing, frozen: taken once, read in byte order of their keys as often as needed. The
 * listing runs ahead on its own, so that the first shards are read while later pages are still to come.
 *
 * A store may list out of byte order. Then the whole listing is read and sorted before any shard is handed
 * out; where it shows only once some have been, this snapshot fails and the next one of the bucket knows.
 */
export class Snapshot {
  private readonly shardList: Shard[] = [];
  private wake = Promise.withResolvers<void>();
  /** Shards up to here are in their final place. */
  private settled = 0;
  private handedOut = false;
  private ended = false;
  private failure: unknown;
  private readonly finished: Promise<void>;

  constructor(
    private readonly source: SnapshotSource,
    private readonly signal: AbortSignal,
  ) {
    this.finished = this.list();
    // Who reads the shards meets the failure; nobody has to wait for `totals`.
    this.finished.catch(() => undefined);
  }

  /** Once the listing is complete. */
  async totals(): Promise<SnapshotTotals> {
    await this.finished;
    const totals: SnapshotTotals = { shards: this.shardList.length, plainBytes: 0, compressedBytes: 0 };
    for (const { key, size } of this.shardList) {
      if (codecOfKey(key) === undefined) totals.plainBytes += size;
      else totals.compressedBytes += size;
    }
    return totals;
  }

  get takenAt(): Date {
    return this.source.takenAt;
  }

  /** The last of the keys that have been listed so far. */
  get lastKey(): string | null {
    return this.shardList.at(-1)?.key ?? null;
  }

  /** Once the listing is complete. */
  async digest(): Promise<SnapshotDigest> {
    await this.finished;
    return digestOf(this.shardList);
  }

  async *shards(): AsyncGenerator<Shard> {
    for (let at = 0; ;) {
      for (; at < this.settled; at++) {
        this.handedOut = true;
        yield this.shardList[at]!;
      }
      if (this.failure !== undefined) throw this.failure;
      if (this.ended) return;
      await this.wake.promise;
    }
  }

  private async list(): Promise<void> {
    try {
      await this.listPages();
      this.settled = this.shardList.length;
    } catch (error) {
      this.failure = error;
      throw error;
    } finally {
      this.ended = true;
      this.notify();
    }
  }

  private async listPages(): Promise<void> {
    const { unordered, location } = this.source;
    let token: string | undefined;
    do {
      const answer = await this.page(token);
      if (!this.add(answer)) unordered.add(location.bucket);
      if (!unordered.has(location.bucket)) {
        this.settled = this.shardList.length;
        this.notify();
      } else if (this.handedOut) {
        throw new SnapshotChanged('the pages of the listing are out of byte order', {
          bucket: location.bucket,
        });
      }
      token = nextToken(answer, token, location, this.source.prefix);
    } while (token !== undefined);
    if (unordered.has(location.bucket)) this.sort();
  }

  private page(token: string | undefined): Promise<ListObjectsV2CommandOutput> {
    const { store, location, prefix } = this.source;
    const firstPage = token === undefined ? { MaxKeys: FIRST_PAGE_KEYS } : {};
    return listPage(store, location, { Prefix: prefix, ContinuationToken: token, ...firstPage }, this.signal);
  }

  /** @returns whether every key so far was above the one before it */
  private add(answer: ListObjectsV2CommandOutput): boolean {
    let inOrder = true;
    for (const { Key, Size: size, ETag: etag } of answer.Contents ?? []) {
      const key = keyIn(answer, Key!);
      if (!key.startsWith(this.source.prefix)) throw this.unusable('a key is not under the prefix');
      if (!isShardKey(key)) {
        this.source.onUnrecognised(key);
        continue;
      }
      const before = this.shardList.at(-1);
      if (before !== undefined && compareKeys(before.key, key) >= 0) inOrder = false;
      this.shardList.push({ key, size: size!, etag: etag! });
      if (this.shardList.length > MAX_SHARDS) {
        throw new AuditForgeError('too_many_shards', { context: { bucket: this.source.location.bucket } });
      }
    }
    return inOrder;
  }

  private sort(): void {
    this.shardList.sort((a, b) => compareKeys(a.key, b.key));
    for (let at = 1; at < this.shardList.length; at++) {
      if (this.shardList[at]!.key === this.shardList[at - 1]!.key)
        throw this.unusable('a key is listed twice');
    }
  }

  private unusable(why: string): AuditForgeError {
    const { location, prefix } = this.source;
    return unusableListing(location, prefix, why);
  }

  private notify(): void {
    this.wake.resolve();
    this.wake = Promise.withResolvers<void>();
  }
}

/**
 * UTF-8 byte order, which is S3's. JavaScript's own order is of UTF-16 units, in which surrogates (U+10000
 * and up) come before U+E000 to U+FFFF; in UTF-8 they come after everything else.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right)
      return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
