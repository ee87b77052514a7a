import type { LogSummary } from './assembled-log.js';

/** A log that is ready to be read: its first bytes are known good. */
export interface AuditLogStream {
  fileName: string;
  contentType: string;
  /** The log's bytes in order, to be read once. Throws where the log cannot be whole. */
  bytes: AsyncIterable<Buffer>;
  /**
   * Instead of `bytes`, the same without a copy: each piece is good only until the next one is asked for, when
   * its memory is read into again. For who waits until a piece has been written and flushed.
   */
  pieces: AsyncIterable<Buffer>;
  /** Whether other exports wait for this one's slot: a receiver that is slow should then give up. */
  othersWait: () => boolean;
  /** Aborted when it must end: who asked has left, or the process stops. Waits for a receiver should end, too. */
  signal: AbortSignal;
  /** Once either has come to its end. */
  summary(): LogSummary;
  /**
   * Ends all reading. Call it in the end, however that came: with `aborted` where what was read to its end did
   * not arrive whole.
   */
  close(outcome?: 'aborted'): Promise<void>;
}

/** For who keeps what it was given: pieces are good only until the next is asked for. */
export async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
