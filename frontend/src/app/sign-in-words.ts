import { AuditForgeProblem } from '../api/errors.js';
import { explain } from '../words/explain.js';

/** What to say when a token is not taken: here a 401 is about what was pasted, not about a session that has ended. */
export function signInWords(error: unknown): string {
  if (!(error instanceof AuditForgeProblem) || error.status !== 401) return explain(error);
  const reference = error.requestId === null ? '' : ` Reference: ${error.requestId}`;
  return `This token is not valid, or no longer. Check that the whole of it was pasted, or ask for a new one.${reference}`;
}
