import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { cutConnection } from './cut-connection.js';
import { ClientLeft } from './client-signal.js';
import { setCommonHeaders } from './common-headers.js';
import { problemHeaders, problemOf } from './problem.js';
import { requestIdOf } from './request-id.js';
import { AuditForgeError, type ParameterProblem } from '../errors/audit-forge.error.js';
import { describeError } from '../errors/describe-error.js';
import type { ErrorCode } from '../errors/problems.js';
import { isReported } from '../errors/reported.js';
import { requestFields } from './request-fields.js';

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'malformed_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

/** What was set for the body that is not sent. What others have set for every answer stays. */
const OF_A_BODY = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Length',
  'Trailer',
  'X-Accel-Buffering',
];

/** Answers every error with a problem body (RFC 9457), or cuts the connection where an answer has begun. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('AuditForge');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (thrown instanceof ClientLeft) return;
    const error = asAuditForgeError(thrown);
    this.log(error, request);
    if (response.headersSent) {
      cutConnection(request.socket);
      return;
    }
    for (const name of OF_A_BODY) response.removeHeader(name);
    setCommonHeaders(request, response);
    response.statusCode = error.status;
    for (const [name, value] of Object.entries(problemHeaders(error))) response.setHeader(name, value);
    response.end(JSON.stringify(problemOf(error, requestIdOf(request))));
  }

  /** One line for each request that is refused or fails, unless what failed has its own. */
  private log(error: AuditForgeError, request: Request): void {
    if (isReported(error)) return;
    const failed = error.status >= 500 && error.code !== 'http_version_not_supported';
    this.logger[failed ? 'error' : 'warn']({
      msg: failed ? 'auditforge_request_failed' : 'auditforge_request_refused',
      ...requestFields(request),
      ...(BY_ADDRESS.has(error.status) ? { address: request.ip } : {}),
      status: error.status,
      code: error.code,
      ...(failed ? { cause: describeError(error) } : reasonOf(error)),
    });
  }
}

/** Who is refused for nothing but that may be many, from one place. */
const BY_ADDRESS = new Set([401, 429]);

/** As parameters are called here. Any other name is the client's own text, which may be a token. */
const PARAMETER = /^[a-z_]{1,24}$/;

function namesOf(errors: readonly ParameterProblem[]): string[] {
  const names = errors.map(({ parameter }) => (PARAMETER.test(parameter) ? parameter : '…'));
  return [...new Set(names)].slice(0, 10);
}

function reasonOf({ errors, context }: AuditForgeError): Record<string, unknown> {
  return {
    ...(errors === undefined ? {} : { parameters: namesOf(errors) }),
    ...(Object.keys(context).length === 0 ? {} : { context }),
  };
}

function asAuditForgeError(thrown: unknown): AuditForgeError {
  if (thrown instanceof AuditForgeError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : 500;
  return new AuditForgeError(CODE_OF_STATUS[status] ?? 'internal_error', { cause: thrown });
}
