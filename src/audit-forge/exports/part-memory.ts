import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { TurnOwner, Turns } from '../turns/turns.js';

/** Parts of one export that may hold memory at once, while the budget has room. */
const MAX_PARTS_HELD = 4;

/**
 * The memory of one export's parts: one part from the start, more only where the budget has room at once. So
 * an export never waits for others while it holds memory: at worst it waits for its own part to arrive.
 */
export class PartMemory {
  private readonly free: Buffer[] = [];
  private readonly releases: Array<() => void> = [];

  private constructor(
    private readonly turns: Turns,
    private readonly partBytes: number,
    private readonly owner: TurnOwner,
  ) {}

  /** @throws AuditForgeError `internal_error` when one part is more than the whole budget has for parts */
  static async open(
    turns: Turns,
    partBytes: number,
    owner: TurnOwner,
    signal: AbortSignal,
  ): Promise<PartMemory> {
    if (partBytes > turns.capacity) throw tooSmall(turns.capacity, partBytes);
    const memory = new PartMemory(turns, partBytes, owner);
    memory.add(await turns.take(partBytes, owner, signal));
    return memory;
  }

  /** @returns undefined when all is in use and there is no more: wait for a part to arrive */
  take(): Buffer | undefined {
    if (this.free.length === 0 && this.releases.length < MAX_PARTS_HELD) {
      const release = this.turns.tryTake(this.partBytes, this.owner);
      if (release !== undefined) this.add(release);
    }
    return this.free.pop();
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }

  /** Only once no part is on its way any more. */
  close(): void {
    this.free.length = 0;
    for (const release of this.releases.splice(0)) release();
  }

  private add(release: () => void): void {
    this.releases.push(release);
    this.free.push(Buffer.allocUnsafeSlow(this.partBytes));
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
