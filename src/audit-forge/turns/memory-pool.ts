import { roomFor, SLAB_BYTES, Slabs, type Block } from './slabs.js';
import { Turns, type TurnOwner, type TurnsOptions } from './turns.js';

/** Memory on loan: nobody may look at `bytes` any more once it has been released. */
export interface Lease {
  bytes: Buffer;
  /** Call it once. */
  release(): void;
}

/**
 * A bounded amount of memory, lent in fair turns, and lent again: new buffers of these sizes cost the kernel
 * more than reading into them does, and freed ones count against the process until the next collection.
 */
export class MemoryPool {
  private readonly slabs: Slabs;
  private readonly turns: Turns;

  /** @param capacity bytes, of which whole slabs are used */
  constructor(capacity: number, options: Pick<TurnsOptions, 'leaveRoomBut'> = {}) {
    const count = Math.floor(capacity / SLAB_BYTES);
    this.slabs = new Slabs(count);
    this.turns = new Turns(count * SLAB_BYTES, { ...options, fits: (room) => this.slabs.has(room) });
  }

  get capacity(): number {
    return this.turns.capacity;
  }

  /** Bytes lent now, as what they count as. */
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
    return this.slabs.held;
  }

  /** Waits for its turn. Rejects with the signal's reason when aborted. */
  async take(size: number, owner: TurnOwner, signal: AbortSignal): Promise<Lease> {
    const room = roomFor(size);
    let block: Block | undefined;
    const release = await this.turns.take(room, owner, signal, () => (block = this.slabs.take(room)));
    return this.lease(size, block!, release);
  }

  /** Memory at once, or undefined where that would need a wait or pass somebody who waits. */
  tryTake(size: number, owner: TurnOwner): Lease | undefined {
    const room = roomFor(size);
    const release = this.turns.tryTake(room, owner);
    return release === undefined ? undefined : this.lease(size, this.slabs.take(room), release);
  }

  private lease(size: number, block: Block, giveBackTurn: () => void): Lease {
    let lent = true;
    const release = () => {
      if (!lent) return;
      lent = false;
      this.slabs.giveBack(block);
      giveBackTurn();
    };
    return { bytes: block.bytes.subarray(0, size), release };
  }
}
