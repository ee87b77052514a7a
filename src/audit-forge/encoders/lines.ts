const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const OPENING = 0x7b; // {
const CLOSING = 0x7d; // }
const BOM = [0xef, 0xbb, 0xbf];

/** Runs of blanks kept while it is not yet known whether a line is blank. Beyond it the shard is refused. */
const MAX_BLANK_RUNS = 65_536;
const BLANK_BLOCK = 65_536;
const BLANKS = new Map([SPACE, TAB].map((byte) => [byte, Buffer.alloc(BLANK_BLOCK, byte)]));

/** Takes the lines that are kept, piece by piece and in order. */
export interface LineSink {
  /** bytes[start, end) is the next piece of the open line. */
  part(bytes: Buffer, start: number, end: number): void;
  /** The open line is whole. */
  endLine(): void;
}

/** A line that is no event: a torn write or rubbish. `line` counts from 1, blank lines included. */
export class CorruptLine extends Error {
  override readonly name = 'CorruptLine';

  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`line ${line} ${reason}`);
  }
}

/**
 * Splits the bytes of one shard after another into the lines that a log keeps. A BOM at a shard's start is
 * dropped; a line ends at LF or at the shard's end; one CR directly before that end is dropped; a line of
 * only spaces and tabs is dropped; every other line is kept as it is and must start with `{` and end with
 * `}`, spaces and tabs aside. Nothing is parsed.
 *
 * Chunks may cut anywhere, inside a character too: what is held between two of them is a few bytes, however
 * long a line is. All state is in here and goes from `push` to `push`.
 */
export class LineSplitter {
  private line = 1;
  private bomSeen = 0;
  private atShardStart = true;
  /** The open line has a first byte other than a blank, so it is kept. */
  private inLine = false;
  private lastByte = 0;
  private heldCr = false;
  private readonly blankRuns: Array<{ byte: number; count: number }> = [];

  constructor(private readonly sink: LineSink) {}

  /** @throws CorruptLine at the first byte that is wrong */
  push(chunk: Buffer): void {
    let at = this.atShardStart ? this.skipBom(chunk) : 0;
    if (at < chunk.length && this.heldCr) this.releaseCr(chunk[at]!);
    while (at < chunk.length) {
      if (chunk[at] === LF && !this.inLine && this.blankRuns.length === 0) {
        // A shard may be nothing but such lines, by the hundred million once it is decompressed.
        this.line++;
        at++;
        continue;
      }
      const lf = chunk.indexOf(LF, at);
      if (lf === -1) {
        this.openEnd(chunk, at);
        return;
      }
      this.content(chunk, at, lf > at && chunk[lf - 1] === CR ? lf - 1 : lf);
      this.endLine();
      at = lf + 1;
    }
  }

  /** The shard is whole: its last line ends here, with or without a LF. */
  endShard(): void {
    if (this.bomSeen > 0 && this.bomSeen < BOM.length) throw this.corrupt('does not start with {');
    this.endLine();
    this.line = 1;
    this.bomSeen = 0;
    this.atShardStart = true;
  }

  private skipBom(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.bomSeen < BOM.length && chunk[at] === BOM[this.bomSeen]) {
      this.bomSeen++;
      at++;
    }
    if (at === chunk.length && this.bomSeen < BOM.length) return at;
    if (this.bomSeen > 0 && this.bomSeen < BOM.length) throw this.corrupt('does not start with {');
    this.atShardStart = false;
    return at;
  }

  /** The chunk ends inside a line: a CR at its end may be the one before a LF that is still to come. */
  private openEnd(chunk: Buffer, start: number): void {
    const endsWithCr = chunk[chunk.length - 1] === CR;
    this.content(chunk, start, endsWithCr ? chunk.length - 1 : chunk.length);
    this.heldCr = endsWithCr;
  }

  private releaseCr(next: number): void {
    this.heldCr = false;
    if (next !== LF) this.content(Buffer.of(CR), 0, 1);
  }

  private content(bytes: Buffer, start: number, end: number): void {
    let from = start;
    if (!this.inLine) {
      from = skipBlanks(bytes, start, end);
      if (from === end) {
        this.holdBlanks(bytes, start, end);
        return;
      }
      if (bytes[from] !== OPENING) throw this.corrupt('does not start with {');
      this.releaseBlanks();
      this.inLine = true;
      from = start;
    }
    if (from === end) return;
    this.sink.part(bytes, from, end);
    this.lastByte = lastNonBlank(bytes, from, end) ?? this.lastByte;
  }

  private endLine(): void {
    this.heldCr = false;
    this.blankRuns.length = 0;
    if (this.inLine) {
      if (this.lastByte !== CLOSING) throw this.corrupt('does not end with }');
      this.sink.endLine();
      this.inLine = false;
    }
    this.line++;
  }

  /** Blanks at the start of a line that a chunk cut, kept by their number: the line may be of any length. */
  private holdBlanks(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      const byte = bytes[at]!;
      const from = at;
      while (at < end && bytes[at] === byte) at++;
      const last = this.blankRuns.at(-1);
      if (last?.byte === byte) last.count += at - from;
      else this.blankRuns.push({ byte, count: at - from });
    }
    if (this.blankRuns.length > MAX_BLANK_RUNS) throw this.corrupt('starts with too many spaces and tabs');
  }

  private releaseBlanks(): void {
    for (const { byte, count } of this.blankRuns) {
      const block = BLANKS.get(byte)!;
      for (let left = count; left > 0; left -= BLANK_BLOCK) {
        this.sink.part(block, 0, Math.min(left, BLANK_BLOCK));
      }
    }
    this.blankRuns.length = 0;
  }

  private corrupt(reason: string): CorruptLine {
    return new CorruptLine(this.line, reason);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function skipBlanks(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function lastNonBlank(bytes: Buffer, start: number, end: number): number | undefined {
  let at = end - 1;
  while (at >= start && isBlank(bytes[at])) at--;
  return at >= start ? bytes[at] : undefined;
}
