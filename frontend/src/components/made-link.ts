import type { AuditLogFormat, AuditLogSignedUrlResponse } from '../api/types.js';

export interface LinkChoice {
  readonly format: AuditLogFormat;
  readonly expiresIn: number;
}

/** What the URL button asks for. */
export const USUAL_CHOICE: LinkChoice = { format: 'jsonl', expiresIn: 600 };

/** The last link that was made, and how. */
export interface MadeLink {
  readonly url: string;
  readonly answer: AuditLogSignedUrlResponse;
  readonly choice: LinkChoice;
  /** When it ends, by the clock of this machine. */
  readonly deadline: number;
}

/** Further apart than this, the two clocks differ; less is the way of the answer. */
const CLOCK_TOLERANCE_MS = 5000;

/** The link of an answer that has just arrived; `null` for a log without an event. */
export function madeLink(answer: AuditLogSignedUrlResponse, choice: LinkChoice): MadeLink | null {
  if (answer.empty || answer.signed_url === null) return null;
  return { url: answer.signed_url, answer, choice, deadline: deadlineOf(answer) };
}

function deadlineOf({ expires_at, expires_in }: AuditLogSignedUrlResponse): number {
  const absolute = Date.parse(expires_at ?? '');
  const relative = Date.now() + expires_in * 1000;
  return Math.abs(absolute - relative) <= CLOCK_TOLERANCE_MS ? absolute : relative;
}
