import { Progress, type ProgressOutput } from '../progress.js';
import type { CheckReport } from './finding.js';
import type { CheckObserver } from './run-checks.js';

export type { ProgressOutput };

/** Says which check is being made: on a terminal in one line that is written over, elsewhere a line for each. */
export class ProgressLines implements CheckObserver {
  private readonly progress: Progress;

  constructor(private readonly output: ProgressOutput) {
    this.progress = new Progress(output);
  }

  begins(bucket: string, { title }: { title: string }): void {
    this.progress.step(`${bucket}: ${title} …`);
  }

  ended(bucket: string, { title, status }: Pick<CheckReport, 'title' | 'status'>): void {
    if (!this.output.isTTY) this.output.write(`${bucket}: ${title}: ${status}\n`);
  }

  end(): void {
    this.progress.end();
  }
}
