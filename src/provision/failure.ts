import { S3Failure, reasonOf, type S3FailureReason } from '../audit-forge/s3/s3-failure.js';

export interface Failure {
  reason: S3FailureReason;
  /** The store's or the connection's own name for it, such as `AccessDenied` or `ECONNREFUSED`. */
  code: string;
}

interface ErrorLike {
  name?: unknown;
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

export function failureOf(error: unknown): Failure {
  if (error instanceof S3Failure) return { reason: error.reason, code: codeOf(error.cause) };
  return { reason: reasonOf(error), code: codeOf(error) };
}

function codeOf(error: unknown): string {
  const { name, code, $metadata } = (error ?? {}) as ErrorLike;
  const status = $metadata?.httpStatusCode;
  if (status === undefined && isName(code)) return code;
  // A refusal of HEAD has no body, so the SDK has no name for it.
  if (status !== undefined && (!isName(name) || /^(Unknown|Error$)/.test(name))) return `HTTP ${status}`;
  return isName(name) ? name : 'no reason given';
}

/** Nothing that could steer a terminal. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]\w{0,63}$/.test(value);
}
