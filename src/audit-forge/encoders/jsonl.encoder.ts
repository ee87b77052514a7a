import { LogEncoder } from './log-encoder.js';

const LF_BYTE = 0x0a;
const LF = Buffer.of(LF_BYTE);

/** The kept lines in order, each ended by one LF. Clean input passes through as views, without a copy. */
export class JsonlEncoder extends LogEncoder {
  private pieces: Buffer[] = [];
  /** The view that is growing: run[runStart, runEnd). */
  private run: Buffer | undefined;
  private runStart = 0;
  private runEnd = 0;

  override part(bytes: Buffer, start: number, end: number): void {
    if (this.run !== bytes || this.runEnd !== start) {
      this.closeRun();
      this.run = bytes;
      this.runStart = start;
    }
    this.runEnd = end;
  }

  override endLine(): void {
    this.events++;
    // The LF that follows in the input is taken along, which is what lets whole chunks pass as one view.
    if (this.run?.[this.runEnd] === LF_BYTE) {
      this.runEnd++;
    } else {
      this.closeRun();
      this.pieces.push(LF);
    }
  }

  override end(): Buffer[] {
    return [];
  }

  protected override flush(): Buffer[] {
    this.closeRun();
    const pieces = this.pieces;
    this.pieces = [];
    return pieces;
  }

  private closeRun(): void {
    if (this.run !== undefined) this.pieces.push(this.run.subarray(this.runStart, this.runEnd));
    this.run = undefined;
  }
}
