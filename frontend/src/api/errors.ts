import { hasName } from '../has-name.js';
import type { UnfinishedExport } from './types.js';

/** What the service says is wrong: an RFC 9457 problem, or only a status where the answer has no body (HEAD). */
export class AuditForgeProblem extends Error {
  override readonly name = 'AuditForgeProblem';

  constructor(
    readonly status: number,
    /** The service's stable code; `null` where the answer did not say. */
    readonly code: string | null,
    /** The service's own sentence. */
    readonly detail: string,
    /** Under this reference the service's log has more. */
    readonly requestId: string | null,
    readonly retryAfterSeconds: number | null,
    readonly parameters: readonly { parameter: string; detail: string }[] = [],
  ) {
    super(detail);
  }
}

/** No answer came: offline, a name that does not resolve, a connection that was reset, a refusal by CORS. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';

  constructor(cause: unknown) {
    super('The service could not be reached.', { cause });
  }
}

/** An answer came, but not one that the contract allows: a proxy's page, say, or another version. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    what: string,
    readonly requestId: string | null = null,
  ) {
    super(`The service's answer is not what was asked for: ${what}.`);
  }
}

/**
 * An export without an object, told as the problem that it came to.
 * @param status of the answer that said so
 */
export function withoutLink(
  { state, reason }: Pick<UnfinishedExport, 'state' | 'reason'>,
  status: number,
  requestId: string | null,
): AuditForgeProblem {
  const code = state === 'failed' ? (reason ?? null) : state;
  const why = reason === undefined ? '' : `: ${reason}`;
  return new AuditForgeProblem(status, code, `The export is ${state}${why}.`, requestId, null);
}

/** Whether a call ended because its own signal was aborted. */
export function isAbort(error: unknown): boolean {
  return hasName(error, 'AbortError');
}

/** Whether another try may well do. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NetworkFailure) return true;
  return error instanceof AuditForgeProblem && (error.status === 429 || error.status === 503);
}

/** Seconds to wait before another try, where the service has said so. */
export function retryAfterOf(error: unknown): number | null {
  return error instanceof AuditForgeProblem ? error.retryAfterSeconds : null;
}
