import { AuditForgeError } from './audit-forge.error.js';
import type { ErrorCode } from './problems.js';

/** Whether it is the error of this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AuditForgeError && error.code === code;
}
