import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { Lease, MemoryPool } from '../turns/memory-pool.js';
import { roomFor } from '../turns/slabs.js';
import type { TurnOwner } from '../turns/turns.js';

/** Parts of one export that may hold memory at once, while the budget has room. */
const MAX_PARTS_HELD = 4;

/**
 * The memory of one export's parts: one part from the start, more only where the budget has room at once and
 * nobody waits. So an export never waits for others while it holds memory: at worst it waits for its own part
 * to arrive.
 */
export class PartMemory {
  private readonly free: Lease[] = [];
  private readonly held = new Set<Lease>();

  private constructor(
    private readonly pool: MemoryPool,
    private readonly partBytes: number,
    private readonly owner: TurnOwner,
  ) {}

  /** @throws AuditForgeError `internal_error` when one part is more than the whole budget has for parts */
  static async open(
    pool: MemoryPool,
    partBytes: number,
    owner: TurnOwner,
    signal: AbortSignal,
  ): Promise<PartMemory> {
    if (roomFor(partBytes) > pool.capacity) throw tooSmall(pool.capacity, roomFor(partBytes));
    const memory = new PartMemory(pool, partBytes, owner);
    memory.add(await pool.take(partBytes, owner, signal));
    return memory;
  }

  /** @returns undefined when all is in use and there is no more: wait for a part to arrive */
  take(): Lease | undefined {
    if (this.free.length === 0 && this.held.size < MAX_PARTS_HELD) {
      const lease = this.pool.tryTake(this.partBytes, this.owner);
      if (lease !== undefined) this.add(lease);
    }
    return this.free.pop();
  }

  /** Its part has arrived. All but one go back while other exports wait for theirs. */
  giveBack(lease: Lease): void {
    if (this.held.size > 1 && this.pool.queued > 0) {
      this.held.delete(lease);
      lease.release();
    } else {
      this.free.push(lease);
    }
  }

  /** Only once no part is on its way any more. */
  close(): void {
    this.free.length = 0;
    for (const lease of this.held) lease.release();
    this.held.clear();
  }

  private add(lease: Lease): void {
    this.held.add(lease);
    this.free.push(lease);
  }
}

/** A log of 10,000 parts at most: beyond a terabyte they are larger than what the usual budget has for them. */
function tooSmall(capacity: number, partBytes: number): AuditForgeError {
  const factor = Math.ceil(partBytes / capacity);
  return new AuditForgeError('internal_error', {
    context: {
      reason: `a part of ${partBytes} bytes does not fit: set AUDITFORGE_MEMORY_BUDGET_MIB ${factor} times as high`,
    },
  });
}
