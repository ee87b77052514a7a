import { Turns, type TurnOwner } from './turns.js';

/** Memory on loan: nobody may look at `bytes` any more once it has been released. */
export interface Lease {
  bytes: Buffer;
  /** Call it once. */
  release(): void;
}

const SMALLEST = 4096;

/**
 * A bounded amount of memory, lent in fair turns, and lent again: new buffers of these sizes cost the kernel
 * more than reading into them does, and freed ones count against the process until the next collection.
 */
export class MemoryPool {
  private readonly turns: Turns;
  /** Buffers that nobody uses, by their size. */
  private readonly free = new Map<number, Buffer[]>();
  private freeBytes = 0;

  /** @param capacity bytes */
  constructor(capacity: number) {
    this.turns = new Turns(capacity);
  }

  get capacity(): number {
    return this.turns.capacity;
  }

  /** Bytes lent now. */
  get inUse(): number {
    return this.turns.inUse;
  }

  /** The most bytes that were ever lent at once. */
  get peak(): number {
    return this.turns.peak;
  }

  /** Who waits for memory. */
  get queued(): number {
    return this.turns.queued;
  }

  /** Bytes that the pool keeps from the rest of the process, lent or not. Never over the capacity. */
  get held(): number {
    return this.inUse + this.freeBytes;
  }

  /** Waits for its turn. Rejects with the signal's reason when aborted. */
  async take(size: number, owner: TurnOwner, signal: AbortSignal): Promise<Lease> {
    const room = roomFor(size);
    return this.lend(size, room, await this.turns.take(room, owner, signal));
  }

  /** Memory at once, or undefined where that would need a wait or pass somebody who waits. */
  tryTake(size: number, owner: TurnOwner): Lease | undefined {
    const room = roomFor(size);
    const release = this.turns.tryTake(room, owner);
    return release === undefined ? undefined : this.lend(size, room, release);
  }

  private lend(size: number, room: number, giveBackTurn: () => void): Lease {
    const buffer = this.reuse(room) ?? Buffer.allocUnsafeSlow(room);
    let lent = true;
    const release = () => {
      if (!lent) return;
      lent = false;
      this.keep(buffer);
      giveBackTurn();
    };
    return { bytes: buffer.subarray(0, size), release };
  }

  private reuse(room: number): Buffer | undefined {
    const buffer = this.free.get(room)?.pop();
    if (buffer !== undefined) this.freeBytes -= room;
    else this.makeRoom();
    return buffer;
  }

  private keep(buffer: Buffer): void {
    const sameSize = this.free.get(buffer.length);
    if (sameSize === undefined) this.free.set(buffer.length, [buffer]);
    else sameSize.push(buffer);
    this.freeBytes += buffer.length;
  }

  /** Lets go of buffers of other sizes, so that a new one does not bring the pool over its capacity. */
  private makeRoom(): void {
    for (const [size, buffers] of this.free) {
      while (this.held > this.capacity && buffers.pop() !== undefined) this.freeBytes -= size;
      if (buffers.length === 0) this.free.delete(size);
    }
  }
}

/**
 * Sizes are rounded up to quarters of a power of two, so that buffers fit again: at most a quarter is lost.
 * That much is what the lent memory counts as.
 */
export function roomFor(size: number): number {
  if (size <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(size)) - 2);
  return Math.ceil(size / step) * step;
}
