import { AuditForgeError } from './audit-forge.error.js';
import type { ErrorCode } from './problems.js';

/** What the log calls a failed export: the error's code, or that the client went away and so ended it. */
export function failureCode(error: unknown, clientLeft: boolean): ErrorCode | 'client_left' {
  if (clientLeft) return 'client_left';
  return error instanceof AuditForgeError ? error.code : 'internal_error';
}
