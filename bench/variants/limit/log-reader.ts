import type { S3Http } from './s3-http.js';
import { listPage, type Segment } from './segments.js';

const MAX_IN_FLIGHT = 64;
const MAX_AHEAD_BYTES = 32 * 2 ** 20;

interface Slot {
  size: number;
  bytes?: Buffer;
}

/** One log: lists it and reads it ahead at once, and gives it in order. */
export class LogReader {
  /** What the pages so far add up to. */
  listedBytes = 0;
  private readonly segments: Segment[] = [];
  private begun = 0;
  private readonly slots: Slot[] = [];
  private taken = 0;
  private inFlight = 0;
  private aheadBytes = 0;
  private heldBytes = 0;
  private listed = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly s3: S3Http,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {
    this.list().catch((error: unknown) => this.fail(error as Error));
  }

  /** All that is there in order; empty at the end. What was taken before is then given up. */
  async take(): Promise<Buffer[]> {
    this.aheadBytes -= this.heldBytes;
    this.heldBytes = 0;
    this.begin();
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      const ready = this.ready();
      if (ready.length > 0 || (this.listed && this.taken === this.segments.length)) return ready;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private ready(): Buffer[] {
    const ready: Buffer[] = [];
    for (;;) {
      const slot = this.slots[this.taken];
      if (slot?.bytes === undefined) return ready;
      ready.push(slot.bytes);
      this.heldBytes += slot.size;
      delete slot.bytes;
      this.taken++;
    }
  }

  private async list(): Promise<void> {
    let token: string | undefined;
    do {
      const { segments, next } = await listPage(this.s3, this.bucket, this.prefix, token);
      for (const segment of segments) {
        this.segments.push(segment);
        this.listedBytes += segment.size;
      }
      token = next;
      this.listed = token === undefined;
      this.begin();
    } while (token !== undefined);
    this.wakeUp();
  }

  private begin(): void {
    while (this.inFlight < MAX_IN_FLIGHT && this.begun < this.segments.length) {
      const { path, size, from } = this.segments[this.begun]!;
      if (this.aheadBytes > 0 && this.aheadBytes + size > MAX_AHEAD_BYTES) return;
      const slot: Slot = { size };
      this.slots.push(slot);
      this.begun++;
      this.inFlight++;
      this.aheadBytes += size;
      this.s3.read(path, size, from).then(
        (bytes) => this.arrived(slot, bytes),
        (error: Error) => this.fail(error),
      );
    }
  }

  private arrived(slot: Slot, bytes: Buffer): void {
    slot.bytes = bytes;
    this.inFlight--;
    this.begin();
    if (this.slots[this.taken] === slot) this.wakeUp();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wakeUp();
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
