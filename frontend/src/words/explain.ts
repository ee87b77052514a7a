import { AuditForgeProblem, NetworkFailure, UnexpectedAnswer } from '../api/errors.js';
import { CODE_OF_STATUS, PROBLEM_WORDS } from './problems.js';

const OFFLINE = 'You seem to be offline. Check the connection and try again.';
const UNREACHABLE = 'The service could not be reached. Check the connection and try again.';

/** What happened and what to do, in plain words, with the reference under which the service's log has more. */
export function explain(error: unknown): string {
  if (error instanceof AuditForgeProblem) return withReference(words(error), error.requestId);
  if (error instanceof UnexpectedAnswer)
    return withReference(`${error.message} Reload the page and try again.`, error.requestId);
  if (error instanceof NetworkFailure) return navigator.onLine ? UNREACHABLE : OFFLINE;
  return 'Something in this page failed. Reload it and try again.';
}

function words(problem: AuditForgeProblem): string {
  const code = problem.code ?? CODE_OF_STATUS[problem.status];
  // A newer service may send codes that are not known here; its own sentence is then the best there is.
  const known = PROBLEM_WORDS as Readonly<Record<string, (problem: AuditForgeProblem) => string>>;
  return (code === undefined ? undefined : known[code]?.(problem)) ?? problem.detail;
}

const withReference = (text: string, reference: string | null) =>
  reference === null ? text : `${text} Reference: ${reference}`;
