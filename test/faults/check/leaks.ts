import { setTimeout as sleep } from 'node:timers/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { ServiceOnFaults } from '../store/service-on-faults.js';
import type { OpenHandles } from './open-handles.js';
import { heldByService, keptMemory, overBudget, type Counts } from './service-state.js';

const QUIET_WITHIN_MS = 10_000;
const POLL_MS = 20;
const MIB = 1024 * 1024;
/** What the memory in use may grow by between the first check and any later one. */
const MEMORY_ALLOWANCE = 32 * MIB;
/** More than the service and this program ever have side by side, each counted where it is accepted. */
const MAX_IDLE_SOCKETS = 600;

/** Looks for what exports have left behind, while none is under way. */
export class Leaks {
  /** Bytes, at the first check: by then everything has been used that is made only once. */
  private memoryAtFirst: number | undefined;
  private readonly warnings: string[] = [];
  private readonly onWarning = ({ name, message }: Error) => void this.warnings.push(`${name}: ${message}`);

  constructor(
    private readonly under: ServiceOnFaults,
    private readonly handles: OpenHandles,
    /** Timers that run while nothing is exported. */
    private readonly timersAtStart: number,
  ) {
    process.on('warning', this.onWarning);
  }

  /** @returns what is left, each as a sentence */
  async check(): Promise<string[]> {
    const found = await this.untilQuiet();
    found.push(...named(overBudget(this.under)), ...(await this.openUploads()), ...this.warnings.splice(0));
    if (this.handles.acceptedSockets > MAX_IDLE_SOCKETS)
      found.push(`${this.handles.acceptedSockets} sockets`);
    const memory = usedMemory() - keptMemory(this.under);
    this.memoryAtFirst ??= memory;
    const growth = memory - this.memoryAtFirst;
    if (growth > MEMORY_ALLOWANCE) found.push(`memory has grown by ${Math.round(growth / MIB)} MiB`);
    return found;
  }

  stop(): void {
    process.off('warning', this.onWarning);
  }

  private async untilQuiet(): Promise<string[]> {
    const end = performance.now() + QUIET_WITHIN_MS;
    for (;;) {
      const left = named({
        ...heldByService(this.under),
        'busy sockets': this.handles.busySockets,
        timers: Math.max(0, this.handles.timers - this.timersAtStart),
      });
      if (left.length === 0 || performance.now() > end) return left;
      await sleep(POLL_MS);
    }
  }

  private async openUploads(): Promise<string[]> {
    const { client, sharedBucket, versionedBucket } = this.under;
    const answers = await Promise.all(
      [sharedBucket, versionedBucket].map((Bucket) =>
        client.send(new ListMultipartUploadsCommand({ Bucket })),
      ),
    );
    return named({ 'multipart uploads': answers.flatMap(({ Uploads = [] }) => Uploads).length });
  }
}

/** What still keeps the process from ending some time after all was closed. */
export async function leftAfterClosing(handles: OpenHandles): Promise<string[]> {
  const end = performance.now() + QUIET_WITHIN_MS;
  while (handles.all.length > 0 && performance.now() < end) await sleep(POLL_MS);
  return handles.all.map((name) => `after closing: ${name}`);
}

function named(counts: Counts): string[] {
  return Object.entries(counts)
    .filter(([, number]) => number !== 0)
    .map(([name, number]) => `${number} ${name}`);
}

/** Bytes that are really in use. */
function usedMemory(): number {
  // What the first collection ends (a socket, say) lets the second one free more.
  for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
