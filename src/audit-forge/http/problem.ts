import type { AuditForgeError, ParameterProblem } from '../errors/audit-forge.error.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly ParameterProblem[];
}

export function problemOf(error: AuditForgeError, requestId: string): Problem {
  return {
    type: `urn:auditforge:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    request_id: requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

/** The headers that an error adds to its body. */
export function problemHeaders(error: AuditForgeError): Record<string, string> {
  return {
    'Content-Type': PROBLEM_CONTENT_TYPE,
    ...(error.retryAfter === undefined ? {} : { 'Retry-After': String(error.retryAfter) }),
    ...(error.allow === undefined ? {} : { Allow: error.allow }),
    ...(error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
  };
}
