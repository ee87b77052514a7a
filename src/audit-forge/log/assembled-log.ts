import { createHash } from 'node:crypto';
import { CorruptLine } from '../encoders/lines.js';
import { FORMATS, type LogFormat } from '../encoders/formats.js';
import type { LogEncoder } from '../encoders/log-encoder.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { ShardContent } from '../shards/shard-content.js';
import { codecOfKey } from '../shards/shard.js';
import type { Snapshot } from '../shards/snapshot.js';

/** What a whole log adds up to. */
export interface LogSummary {
  /** All shards of the snapshot, also those without an event. */
  shardCount: number;
  eventCount: number;
  sizeBytes: number;
  /** SHA-256 of the log's bytes. */
  sha256: Buffer;
}

/** Decompressed bytes of a first segment that wait for its end to be good as well. */
const MAX_HELD_BYTES = 1024 * 1024;

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
    const opening = new Opening();
    for await (const content of this.contents) {
      for (const known of opening.passes(content)) yield* this.counted(encode(this.encoder, known));
    }
    for (const known of opening.release()) yield* this.counted(encode(this.encoder, known));
    yield* this.counted(this.encoder.end());
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

  private *counted(pieces: Buffer[]): Generator<Buffer> {
    for (const piece of pieces) {
      this.hash.update(piece);
      this.sizeBytes += piece.length;
      yield piece;
    }
  }
}

/**
 * The start of a log: the first segment that has a byte of it passes once all of it is known to be lines, so
 * that a log which begins with rubbish is refused with a status. Nothing is copied: what is held are views of
 * the segment, but for a compressed one, of which no more than {@link MAX_HELD_BYTES} wait.
 */
class Opening {
  private readonly check = FORMATS.jsonl.encoder();
  private held: ShardContent[] = [];
  private heldBytes = 0;
  private hasBytes = false;
  private over = false;

  /** @throws AuditForgeError `corrupt_shard` */
  passes(content: ShardContent): ShardContent[] {
    if (this.over) return [content];
    this.held.push(content);
    this.hasBytes = encode(this.check, content).length > 0 || this.hasBytes;
    if ('bytes' in content && codecOfKey(content.shard.key) !== undefined) {
      this.heldBytes += content.bytes.length;
    }
    return 'end' in content || this.heldBytes >= MAX_HELD_BYTES ? this.release() : [];
  }

  /** What is held. */
  release(): ShardContent[] {
    const { held } = this;
    this.held = [];
    this.over = this.hasBytes;
    return held;
  }
}

/** @throws AuditForgeError `corrupt_shard` with shard and line */
function encode(encoder: LogEncoder, content: ShardContent): Buffer[] {
  try {
    if ('bytes' in content) return encoder.push(content.bytes);
    return content.end === 'shard' ? encoder.endShard() : [];
  } catch (error) {
    if (!(error instanceof CorruptLine)) throw error;
    const { line, reason } = error;
    throw new AuditForgeError('corrupt_shard', { context: { shard: content.shard.key, line, reason } });
  }
}
