/**
 * The bytes of an HTTP body as they pass, without keeping any: chunked or of a known length. A client that
 * costs as little as this leaves the machine to what is measured.
 */
export class BodyMeter {
  bytes = 0;
  done = false;
  private left: number;
  private line = '';
  private state: 'size' | 'data' | 'end of data' | 'trailers';

  /** @param length of a body that is not chunked */
  constructor(length?: number) {
    this.left = length ?? 0;
    this.state = length === undefined ? 'size' : 'data';
    this.chunked = length === undefined;
    this.done = length === 0;
  }

  private readonly chunked: boolean;

  push(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.done) {
      if (this.state === 'data') {
        const taken = Math.min(this.left, end - at);
        this.bytes += taken;
        this.left -= taken;
        at += taken;
        if (this.left === 0) this.dataEnds();
      } else {
        const stop = buffer.indexOf(10, at);
        const lineEnd = stop < 0 || stop >= end ? end : stop + 1;
        this.line += buffer.toString('latin1', at, lineEnd);
        at = lineEnd;
        if (this.line.endsWith('\n')) this.lineEnds(this.line.trim());
      }
    }
  }

  private dataEnds(): void {
    this.done = !this.chunked;
    this.state = 'end of data';
  }

  private lineEnds(line: string): void {
    this.line = '';
    if (this.state === 'trailers') {
      this.done = line === '';
      return;
    }
    if (this.state === 'end of data') {
      this.state = 'size';
      return;
    }
    this.left = Number.parseInt(line, 16);
    if (Number.isNaN(this.left)) throw new Error('The chunks of the answer cannot be followed.');
    this.state = this.left === 0 ? 'trailers' : 'data';
  }
}
