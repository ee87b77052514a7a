import type { Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import type { Codec } from './shard.js';

const MIB = 1024 * 1024;
const CHUNK_BYTES = MIB / 8;
/** A zstd frame may ask for a window of 128 MiB and more; 8 MiB is what RFC 8878, 3.1.1.1.2 recommends to support. */
const MAX_WINDOW_LOG = 23;
/** Beyond both a shard is a bomb and no log: JSON lines compress by 5 to 30. */
const SUSPICIOUS_BYTES = 64 * MIB;
const SUSPICIOUS_RATIO = 200;

/** Stored bytes that are not what their codec says. */
export class CorruptCompression extends Error {
  override readonly name = 'CorruptCompression';
}

type Engine = Transform & { bytesWritten: number };

/**
 * Decompresses one shard of several gzip members or zstd frames, as its bytes come. Node's own streams drop
 * what follows a member in silence in some cases (zero bytes and all behind them for gzip, a second frame in
 * the same write for zstd), so what they took is compared with what they were given.
 */
export class Decompressor {
  private engine: Engine | undefined;
  private failure: Error | undefined;
  private wake = Promise.withResolvers<void>();
  private ended = false;
  private produced = 0;

  /** @param storedSize bytes of the whole shard as stored */
  constructor(
    private readonly codec: Codec,
    private readonly storedSize: number,
  ) {}

  /** @throws CorruptCompression */
  async *push(stored: Buffer): AsyncGenerator<Buffer> {
    let left = stored;
    while (left.length > 0) {
      const engine = this.open();
      const before = engine.bytesWritten;
      let taken = false;
      engine.write(left, () => {
        taken = true;
        this.notify();
      });
      yield* this.output(engine, () => taken);
      left = left.subarray(engine.bytesWritten - before);
      if (left.length > 0) this.nextMember();
    }
  }

  /** The shard is whole. @throws CorruptCompression when it is cut */
  async *end(): AsyncGenerator<Buffer> {
    if (this.engine === undefined) return;
    const { engine } = this;
    engine.end();
    yield* this.output(engine, () => this.ended);
    this.destroy();
  }

  destroy(): void {
    this.engine?.destroy();
    this.engine = undefined;
  }

  private open(): Engine {
    if (this.engine !== undefined) return this.engine;
    const engine = ENGINES[this.codec]();
    this.engine = engine;
    this.failure = undefined;
    this.ended = false;
    const wakeUp = () => this.notify();
    engine.on('readable', wakeUp);
    engine.on('error', (error) => {
      if (engine === this.engine) this.failure ??= error;
      this.notify();
    });
    // An engine's end may be told when the next member has its own already, which it says nothing of.
    engine.on('end', () => {
      if (engine === this.engine) this.ended = true;
      this.notify();
    });
    return engine;
  }

  private async *output(engine: Engine, isDone: () => boolean): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = engine.read() as Buffer | null;
      if (chunk !== null) {
        this.produced += chunk.length;
        this.refuseBomb();
        yield chunk;
      } else if (this.failure !== undefined) {
        throw new CorruptCompression(`it is not whole ${this.codec}: ${this.failure.message}`, {
          cause: this.failure,
        });
      } else if (isDone()) {
        return;
      } else {
        await this.wake.promise;
      }
    }
  }

  private nextMember(): void {
    // Node goes on with the next gzip member by itself: what it leaves is none.
    if (this.codec === 'gzip') throw new CorruptCompression('there are bytes behind its last gzip member');
    this.destroy();
  }

  private refuseBomb(): void {
    if (this.produced > SUSPICIOUS_BYTES && this.produced > SUSPICIOUS_RATIO * this.storedSize) {
      throw new CorruptCompression(`it decompresses to more than ${SUSPICIOUS_RATIO} times its size`);
    }
  }

  private notify(): void {
    this.wake.resolve();
    this.wake = Promise.withResolvers<void>();
  }
}

const ENGINES: Record<Codec, () => Engine> = {
  gzip: () => createGunzip({ chunkSize: CHUNK_BYTES }),
  zstd: () =>
    createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    }),
};
