import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many requests were answered in which way. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(answer: string): void {
    this.counts.set(answer, (this.counts.get(answer) ?? 0) + 1);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Prints the counts, and leaves them for the total of all files. */
  print(title: string): void {
    const folder = process.env['TEST_FUZZ_TOTALS'];
    if (folder !== undefined) writeFileSync(join(folder, `${title}.json`), JSON.stringify([...this.counts]));
    const lines = [...this.counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([answer, count]) => `${String(count).padStart(8)}  ${answer}\n`);
    process.stdout.write(`\nfuzz, ${title}: ${this.total} requests\n${lines.join('')}`);
  }
}
