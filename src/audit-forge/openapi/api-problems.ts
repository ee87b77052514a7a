import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemResponse } from '../dto/problem.response.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { ErrorCode } from '../errors/problems.js';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../http/problem.js';
import { header, REQUEST_ID, REQUEST_ID_HEADER } from './headers.js';

/** What every route can answer, whatever it does. */
const OF_EVERY_ROUTE: ErrorCode[] = [
  'malformed_request',
  'authentication_required',
  'method_not_allowed',
  'invalid_parameters',
  'too_many_requests',
  'headers_too_large',
  'internal_error',
  'session_keys_unavailable',
  'shutting_down',
];

const WITH_RETRY_AFTER = new Set([429, 503]);

/** The errors of a route: one response a status, one example a code. */
export function ApiProblems(...codes: ErrorCode[]): MethodDecorator {
  const errors = [...OF_EVERY_ROUTE, ...codes].map((code) => new AuditForgeError(code));
  const byStatus = Map.groupBy(errors, ({ status }) => status);
  return applyDecorators(
    ApiExtraModels(ProblemResponse),
    ...Array.from(byStatus, ([status, problems]) =>
      ApiResponse({
        status,
        description: problems.map(({ code }) => `\`${code}\``).join(', '),
        headers: {
          ...REQUEST_ID_HEADER,
          ...(WITH_RETRY_AFTER.has(status) ? header('Retry-After', 'Seconds to wait.', 5) : {}),
          ...(status === 405 ? header('Allow', 'The methods of this address.', 'GET, HEAD, OPTIONS') : {}),
          ...(status === 401 ? header('WWW-Authenticate', 'The scheme to use.', 'Bearer') : {}),
        },
        content: {
          [PROBLEM_CONTENT_TYPE]: {
            schema: { $ref: getSchemaPath(ProblemResponse) },
            examples: Object.fromEntries(problems.map((error) => [error.code, exampleOf(error)])),
          },
        },
      }),
    ),
  );
}

function exampleOf(error: AuditForgeError): { summary: string; value: object } {
  return { summary: error.title, value: problemOf(error, REQUEST_ID) };
}
