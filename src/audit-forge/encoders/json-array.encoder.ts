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
  private parts: Array<{ bytes: Buffer; start: number; end: number }> = [];
  private length = 0;
  private lineOpen = false;
  private out = Buffer.alloc(0);

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
    if (this.out.length < this.length) this.out = Buffer.allocUnsafeSlow(Math.ceil(this.length * 1.25));
    let at = 0;
    for (const { bytes, start, end } of this.parts) at += bytes.copy(this.out, at, start, end);
    this.parts = [];
    this.length = 0;
    return [this.out.subarray(0, at)];
  }

  private add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.parts.push({ bytes, start, end });
    this.length += end - start;
  }
}
