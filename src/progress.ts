/** Standard error, or what stands for it. */
export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** What is going on: one line that is written over on a terminal, and only results elsewhere. */
export class Progress {
  private shown = '';

  constructor(private readonly output: ProgressOutput) {}

  /** Says how far it is; nothing where lines cannot be written over. */
  step(text: string): void {
    if (this.output.isTTY) this.overwrite(text);
  }

  /** A line that stays. */
  line(text: string): void {
    this.overwrite('');
    this.output.write(`${text}\n`);
  }

  /** Leaves no line half written. */
  end(): void {
    this.overwrite('');
  }

  private overwrite(text: string): void {
    if (this.shown === text) return;
    this.output.write(`\r${text.padEnd(this.shown.length)}${text === '' ? '\r' : ''}`);
    this.shown = text;
  }
}
