import { must } from './must.js';

const MIB = 2 ** 20;
/** What caches, connections and compiled code may come to. One kilobyte kept of each request would be seen. */
const ALLOWANCE = 24 * MIB;

interface Held {
  heap: number;
  external: number;
}

/** Whether what the process holds grows with the requests it has answered. */
export class MemoryWatch {
  private early: Held | undefined;

  /** Takes what is held now as usual: call it once everything has been used. */
  startHere(): void {
    this.early ??= held();
  }

  expectNoGrowth(): void {
    must(this.early !== undefined, () => 'There were too few requests to see whether memory grows.');
    const late = held();
    const heap = late.heap - this.early.heap;
    const external = late.external - this.early.external;
    must(
      heap + external <= ALLOWANCE,
      () => `Memory has grown by ${mib(heap)} MiB of heap and ${mib(external)} outside of it.`,
    );
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function held(): Held {
  must(globalThis.gc !== undefined, () => 'Memory cannot be watched: run node with --expose-gc.');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external };
}
