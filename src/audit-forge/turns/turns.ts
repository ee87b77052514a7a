/** Whose turn it is: turns go round by caller, then by that caller's exports. */
export interface TurnOwner {
  caller: string;
  export: string;
}

interface Waiter {
  owner: TurnOwner;
  weight: number;
  grant: () => void;
}

export interface TurnsOptions {
  /** While others wait, one caller holds at most this share of the capacity (0 to 1). */
  shareWhileOthersWait?: number;
  /**
   * An export that holds something gets more only while it holds no more than is free then, and so does a
   * caller with all its exports. So however many hold what they have without an end (slow clients), there is
   * something left for the next one. What an export may always have beside what its caller holds is given
   * here: enough for it to go on at all.
   * https://doi.org/10.1109/90.664262 (dynamic thresholds in shared memory)
   */
  leaveRoomBut?: number;
  /** Whether there is room in another sense as well, such as memory in one piece. */
  fits?: (weight: number) => boolean;
}

/**
 * A capacity that is handed out in fair turns: bytes of memory, requests in flight, active exports. Who
 * waits is served round-robin by caller, then by export, and within an export in order. The one whose turn
 * it is waits until there is room, and nobody passes it: a large request is not starved by small ones.
 */
export class Turns {
  private used = 0;
  private highest = 0;
  private readonly usedBy = new Map<string, number>();
  private readonly usedByExport = new Map<string, number>();
  /** Callers in order of turn, and in each its exports in order of turn. */
  private readonly waiting = new Map<string, Map<string, Waiter[]>>();
  private waiters = 0;

  constructor(
    readonly capacity: number,
    private readonly options: TurnsOptions = {},
  ) {}

  get inUse(): number {
    return this.used;
  }

  /** The most that was ever in use at once. */
  get peak(): number {
    return this.highest;
  }

  get queued(): number {
    return this.waiters;
  }

  /**
   * @param onGrant called in the moment in which the turn is given
   * @returns what gives the turn back; call it once. Rejects with the signal's reason when aborted.
   */
  take(
    weight: number,
    owner: TurnOwner,
    signal: AbortSignal,
    onGrant: () => unknown = () => undefined,
  ): Promise<() => void> {
    if (weight > this.capacity) {
      return Promise.reject(new RangeError(`${weight} is over the whole capacity of ${this.capacity}`));
    }
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const atOnce = this.tryTake(weight, owner);
    if (atOnce !== undefined) {
      onGrant();
      return Promise.resolve(atOnce);
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.remove(waiter);
        reject(signal.reason as Error);
        this.serve();
      };
      const waiter: Waiter = {
        owner,
        weight,
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          onGrant();
          resolve(this.hold(weight, owner));
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.enqueue(waiter);
      this.serve();
    });
  }

  /** A turn at once, or undefined where that would need a wait or pass somebody who waits. */
  tryTake(weight: number, owner: TurnOwner): (() => void) | undefined {
    if (this.waiters > 0 || !this.hasRoom(weight) || this.holdsEnough(owner, weight)) return undefined;
    return this.hold(weight, owner);
  }

  private hasRoom(weight: number): boolean {
    return this.used + weight <= this.capacity && this.options.fits?.(weight) !== false;
  }

  private hold(weight: number, { caller, export: exportId }: TurnOwner): () => void {
    this.used += weight;
    this.highest = Math.max(this.highest, this.used);
    add(this.usedBy, caller, weight);
    add(this.usedByExport, exportId, weight);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.used -= weight;
      add(this.usedBy, caller, -weight);
      add(this.usedByExport, exportId, -weight);
      this.serve();
    };
  }

  private serve(): void {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      if (!this.hasRoom(next.weight)) return;
      this.remove(next);
      this.toTheBack(next.owner);
      next.grant();
    }
  }

  private next(): Waiter | undefined {
    let first: Waiter | undefined;
    for (const [caller, exports] of this.waiting) {
      for (const [waiter] of exports.values()) {
        if (waiter === undefined || this.holdsEnough(waiter.owner, waiter.weight)) continue;
        first ??= waiter;
        if (!this.isOverShare(caller, waiter.weight)) return waiter;
      }
    }
    return this.waiting.size > 1 && this.options.shareWhileOthersWait !== undefined ? undefined : first;
  }

  private holdsEnough({ caller, export: exportId }: TurnOwner, weight: number): boolean {
    const always = this.options.leaveRoomBut;
    if (always === undefined) return false;
    const free = this.capacity - this.used;
    const byExport = this.usedByExport.get(exportId) ?? 0;
    if (byExport > 0 && byExport + weight > free) return true;
    const byCaller = this.usedBy.get(caller) ?? 0;
    return byCaller > 0 && byExport + weight > always && byCaller + weight > free;
  }

  private isOverShare(caller: string, weight: number): boolean {
    const share = this.options.shareWhileOthersWait;
    if (share === undefined || this.waiting.size <= 1) return false;
    const limit = Math.max(weight, this.capacity * share);
    return (this.usedBy.get(caller) ?? 0) + weight > limit;
  }

  private enqueue(waiter: Waiter): void {
    const { caller, export: exportId } = waiter.owner;
    const exports = getOrSet(this.waiting, caller, () => new Map<string, Waiter[]>());
    getOrSet(exports, exportId, () => []).push(waiter);
    this.waiters++;
  }

  private remove(waiter: Waiter): void {
    const { caller, export: exportId } = waiter.owner;
    const exports = this.waiting.get(caller);
    const queue = exports?.get(exportId);
    const at = queue?.indexOf(waiter) ?? -1;
    if (exports === undefined || queue === undefined || at === -1) return;
    queue.splice(at, 1);
    this.waiters--;
    if (queue.length === 0) exports.delete(exportId);
    if (exports.size === 0) this.waiting.delete(caller);
  }

  private toTheBack({ caller, export: exportId }: TurnOwner): void {
    const exports = this.waiting.get(caller);
    if (exports === undefined) return;
    const queue = exports.get(exportId);
    if (queue !== undefined) {
      exports.delete(exportId);
      exports.set(exportId, queue);
    }
    this.waiting.delete(caller);
    this.waiting.set(caller, exports);
  }
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** Counts what each holds; who holds nothing is forgotten. */
function add(held: Map<string, number>, who: string, weight: number): void {
  const sum = (held.get(who) ?? 0) + weight;
  if (sum === 0) held.delete(who);
  else held.set(who, sum);
}
