import { LineSplitter, type LineSink } from './lines.js';

/**
 * Turns the decompressed bytes of shards into the bytes of a log. Pure: bytes in, bytes out, counts kept.
 * Order of calls: for each shard `push` for each chunk, then `endShard`; at last `end`.
 */
export abstract class LogEncoder implements LineSink {
  private readonly splitter = new LineSplitter(this);
  /** Events in what has been put out so far. */
  events = 0;

  /**
   * @returns pieces of the log, good until the next call: views of `chunk`, or of memory of the encoder
   * @throws CorruptLine
   */
  push(chunk: Buffer): Buffer[] {
    this.splitter.push(chunk);
    return this.flush();
  }

  /** @throws CorruptLine when the shard's last line is torn */
  endShard(): Buffer[] {
    this.splitter.endShard();
    return this.flush();
  }

  /** What closes the log. */
  abstract end(): Buffer[];

  abstract part(bytes: Buffer, start: number, end: number): void;
  abstract endLine(): void;
  /** The pieces since the last flush. */
  protected abstract flush(): Buffer[];
}
