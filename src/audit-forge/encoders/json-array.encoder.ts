import { LogEncoder } from './log-encoder.js';

const OPEN = Buffer.from('[');
const BETWEEN = Buffer.from(',\n');
const CLOSE = Buffer.from(']\n');
const EMPTY = Buffer.from('[]\n');

/**
 * The kept lines as one JSON array: `[`, the lines joined by `,` LF, `]`, LF. The lines of a chunk are
 * copied, since every one of them moves by the comma before it; always into the same memory.
 */
export class JsonArrayEncoder extends LogEncoder {
  private out = Buffer.alloc(0);
  private length = 0;
  private lineOpen = false;

  override part(bytes: Buffer, start: number, end: number): void {
    if (!this.lineOpen) {
      this.lineOpen = true;
      this.add(this.events === 0 ? OPEN : BETWEEN);
    }
    this.add(bytes, start, end);
  }

  override endLine(): void {
    this.lineOpen = false;
    this.events++;
  }

  override end(): Buffer[] {
    return [this.events === 0 ? EMPTY : CLOSE];
  }

  protected override flush(): Buffer[] {
    if (this.length === 0) return [];
    const { length } = this;
    this.length = 0;
    return [this.out.subarray(0, length)];
  }

  private add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.reserve(this.length + end - start);
    this.length += bytes.copy(this.out, this.length, start, end);
  }

  private reserve(needed: number): void {
    if (needed <= this.out.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.25));
    this.out.copy(larger, 0, 0, this.length);
    this.out = larger;
  }
}
