/** Memory is asked of the system in slabs, and never given back: freed buffers would lie about in the heap. */
export const SLAB_BYTES = 8 * 1024 * 1024;
const SMALLEST_BLOCK = 4096;

/** Memory that is in use. */
export interface Block {
  bytes: Buffer;
  /** Where it lies in all slabs put one behind the other; undefined: it is memory of its own. */
  address: number | undefined;
}

/** What a size counts as: blocks are powers of two within a slab, and whole slabs above. */
export function roomFor(size: number): number {
  if (size > SLAB_BYTES) return Math.ceil(size / SLAB_BYTES) * SLAB_BYTES;
  return Math.max(SMALLEST_BLOCK, 2 ** Math.ceil(Math.log2(size)));
}

/**
 * A fixed number of slabs, divided by halves and put together again (a buddy allocator: Knuth, The Art of
 * Computer Programming 1, 2.5). So blocks of all sizes come and go in the same memory, and what the process
 * holds stays what it was.
 */
export class Slabs {
  private readonly slabs: Array<Buffer | undefined> = [];
  /** Addresses of free blocks, by their size. */
  private readonly free = new Map<number, Set<number>>();
  /** Slabs that large blocks stand for. */
  private lentWhole = 0;

  constructor(private readonly count: number) {
    for (let size = SMALLEST_BLOCK; size <= SLAB_BYTES; size *= 2) this.free.set(size, new Set());
  }

  /** Bytes that were asked of the system. */
  get held(): number {
    return (this.asked + this.lentWhole) * SLAB_BYTES;
  }

  /** @param room as `roomFor` gives it */
  has(room: number): boolean {
    if (room > SLAB_BYTES) return this.freeSlabs() >= room / SLAB_BYTES;
    return this.smallestFree(room) !== undefined || this.freeSlabs() > 0;
  }

  /** Only where `has` says so. */
  take(room: number): Block {
    if (room > SLAB_BYTES) return this.takeWhole(room);
    const size = this.smallestFree(room) ?? this.addSlab();
    const address = this.free.get(size)!.values().next().value!;
    this.free.get(size)!.delete(address);
    // What is more than needed is halved, and the upper halves stay free.
    for (let half = size / 2; half >= room; half /= 2) this.free.get(half)!.add(address + half);
    const start = address % SLAB_BYTES;
    const slab = this.slabs[Math.floor(address / SLAB_BYTES)]!;
    return { bytes: slab.subarray(start, start + room), address };
  }

  giveBack({ bytes, address }: Block): void {
    if (address === undefined) {
      this.lentWhole -= bytes.length / SLAB_BYTES;
      discard(bytes);
      return;
    }
    let size = bytes.length;
    let at = address;
    for (; size < SLAB_BYTES; size *= 2) {
      const twin = at % (2 * size) === 0 ? at + size : at - size;
      if (!this.free.get(size)!.delete(twin)) break;
      at = Math.min(at, twin);
    }
    this.free.get(size)!.add(at);
  }

  private smallestFree(room: number): number | undefined {
    for (let size = room; size <= SLAB_BYTES; size *= 2) if (this.free.get(size)!.size > 0) return size;
    return undefined;
  }

  private get asked(): number {
    return this.slabs.filter((slab) => slab !== undefined).length;
  }

  private freeSlabs(): number {
    return this.count - this.asked - this.lentWhole + this.free.get(SLAB_BYTES)!.size;
  }

  private addSlab(): number {
    const gap = this.slabs.indexOf(undefined);
    const index = gap === -1 ? this.slabs.length : gap;
    this.slabs[index] = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.free.get(SLAB_BYTES)!.add(index * SLAB_BYTES);
    return SLAB_BYTES;
  }

  /** Memory in one piece that no slab has room for: it stands for as many slabs, which make way. */
  private takeWhole(room: number): Block {
    const count = room / SLAB_BYTES;
    const excess = this.asked + this.lentWhole + count - this.count;
    const unused = this.free.get(SLAB_BYTES)!;
    for (const address of [...unused].slice(0, Math.max(0, excess))) {
      unused.delete(address);
      discard(this.slabs[address / SLAB_BYTES]!);
      this.slabs[address / SLAB_BYTES] = undefined;
    }
    this.lentWhole += count;
    return { bytes: Buffer.allocUnsafeSlow(room), address: undefined };
  }
}

/** Frees memory now: a collection may come much later. */
function discard({ buffer }: Buffer): void {
  (buffer as ArrayBuffer).transfer(0);
}
