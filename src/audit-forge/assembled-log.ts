import { createHash } from 'node:crypto';
import { CorruptLine } from './encoders/lines.js';
import { FORMATS, type LogFormat } from './encoders/formats.js';
import type { LogEncoder } from './encoders/log-encoder.js';
import { AuditForgeError } from './errors/audit-forge.error.js';
import type { ShardContent } from './shards/shard-content.js';
import type { Shard } from './shards/shard.js';
import type { Snapshot } from './shards/snapshot.js';

/** What a whole log adds up to. */
export interface LogSummary {
  /** All shards of the snapshot, also those without an event. */
  shardCount: number;
  eventCount: number;
  sizeBytes: number;
  /** SHA-256 of the log's bytes. */
  sha256: Buffer;
}

/** Until this much of the first segment is encoded, its first bytes wait for its end to be good as well. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

/** The log of one snapshot in one format: its bytes in order, read once, and then what they add up to. */
export class AssembledLog {
  private readonly encoder: LogEncoder;
  private readonly hash = createHash('sha256');
  private sizeBytes = 0;
  private result: LogSummary | undefined;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly contents: AsyncIterable<ShardContent>,
    format: LogFormat,
  ) {
    this.encoder = FORMATS[format].encoder();
  }

  /**
   * Each piece is good until the next is asked for.
   * @throws AuditForgeError `corrupt_shard` with shard and line, and all that reading throws
   */
  async *pieces(): AsyncGenerator<Buffer> {
    let held: Buffer[] = [];
    let holding = true;
    for await (const content of this.contents) {
      held.push(...this.encode(content));
      if (holding && !('end' in content) && totalLength(held) < MAX_HELD_BYTES) continue;
      holding &&= held.length === 0;
      yield* this.counted(held);
      held = [];
    }
    yield* this.counted([...held, ...this.encoder.end()]);
    const { shards } = await this.snapshot.totals();
    this.result = {
      shardCount: shards,
      eventCount: this.encoder.events,
      sizeBytes: this.sizeBytes,
      sha256: this.hash.digest(),
    };
  }

  /** Once `pieces` has come to its end. */
  get summary(): LogSummary {
    if (this.result === undefined) throw new Error('The log has not been read to its end.');
    return this.result;
  }

  private encode(content: ShardContent): Buffer[] {
    try {
      if ('bytes' in content) return this.encoder.push(content.bytes);
      return content.end === 'shard' ? this.encoder.endShard() : [];
    } catch (error) {
      throw error instanceof CorruptLine ? corruptShard(content.shard, error) : error;
    }
  }

  private *counted(pieces: Buffer[]): Generator<Buffer> {
    for (const piece of pieces) {
      this.hash.update(piece);
      this.sizeBytes += piece.length;
      yield piece;
    }
  }
}

function corruptShard({ key }: Shard, { line, reason }: CorruptLine): AuditForgeError {
  return new AuditForgeError('corrupt_shard', { context: { shard: key, line, reason } });
}

function totalLength(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
