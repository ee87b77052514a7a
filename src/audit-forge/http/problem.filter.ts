import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { cutConnection } from './cut-connection.js';
import { ClientLeft } from './client-signal.js';
import { setCommonHeaders } from './common-headers.js';
import { problemHeaders, problemOf } from './problem.js';
import { requestIdOf } from './request-id.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { describeError } from '../errors/describe-error.js';
import type { ErrorCode } from '../errors/problems.js';

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'malformed_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

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
    if (error.status >= 500 && error.status !== 505) this.log(error, request);
    if (response.headersSent) {
      cutConnection(request.socket);
      return;
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    setCommonHeaders(request, response);
    response.statusCode = error.status;
    for (const [name, value] of Object.entries(problemHeaders(error))) response.setHeader(name, value);
    response.end(JSON.stringify(problemOf(error, requestIdOf(request))));
  }

  private log(error: AuditForgeError, request: Request): void {
    this.logger.error({
      msg: 'auditforge_request_failed',
      request_id: requestIdOf(request),
      code: error.code,
      cause: describeError(error),
    });
  }
}

function asAuditForgeError(thrown: unknown): AuditForgeError {
  if (thrown instanceof AuditForgeError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : 500;
  return new AuditForgeError(CODE_OF_STATUS[status] ?? 'internal_error', { cause: thrown });
}
