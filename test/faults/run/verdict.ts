/**
 * What came of a run.
 * - `exact`: the whole log, byte for byte
 * - `loud`: a failure that the client cannot miss
 * - `left`: the client went
 * - `silent`: an end that looks clean, with bytes that are not the log
 * - `unprovoked`: a failure, although nothing had gone wrong
 * - `wrong`: anything else that breaks the contract
 */
export type Outcome = 'exact' | 'loud' | 'left' | 'silent' | 'unprovoked' | 'wrong';

export interface Verdict {
  outcome: Outcome;
  /** Of a loud one the code of its problem, or `reset`; of a bad one what is bad. */
  cause: string;
}

export const FAILED: readonly Outcome[] = ['silent', 'unprovoked', 'wrong'];

export const EXACT: Verdict = { outcome: 'exact', cause: '' };
export const LEFT: Verdict = { outcome: 'left', cause: '' };

export function loud(cause: string): Verdict {
  return { outcome: 'loud', cause };
}

export function silent(cause: string): Verdict {
  return { outcome: 'silent', cause };
}

export function wrong(cause: string): Verdict {
  return { outcome: 'wrong', cause };
}
