import { FAILED, type Outcome, type Verdict } from './run/verdict.js';
import type { RunResult } from './run/run-export.js';

/** Something that must not have happened. */
export interface Failure {
  /** undefined: it belongs to no single run. */
  run: number | undefined;
  what: string;
}

/** What the runs of a campaign have come to so far. */
export class Tally {
  runs = 0;
  readonly outcomes = new Map<Outcome, number>();
  readonly loudCauses = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly failures: Failure[] = [];
  leaks = 0;

  add(run: number, { outcome, cause, faults }: RunResult): void {
    this.runs++;
    add(this.outcomes, outcome, 1);
    if (outcome === 'loud') add(this.loudCauses, cause, 1);
    for (const [name, times] of faults) add(this.faults, name, times);
    if (FAILED.includes(outcome)) this.failures.push({ run, what: `${outcome}: ${cause}` });
  }

  /** @param upTo the number of the last run before it was found */
  addLeaks(found: readonly string[], upTo: number): void {
    this.leaks += found.length;
    for (const what of found) this.failures.push({ run: undefined, what: `leak up to run ${upTo}: ${what}` });
  }

  countOf(outcome: Verdict['outcome']): number {
    return this.outcomes.get(outcome) ?? 0;
  }
}

function add<K>(counts: Map<K, number>, name: K, number: number): void {
  counts.set(name, (counts.get(name) ?? 0) + number);
}
