import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { LogSummary } from '../log/assembled-log.js';
import type { AuditLogStream } from '../log/audit-log-stream.js';
import { describeError } from '../errors/describe-error.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { failureCode } from '../errors/failure-code.js';
import { attachment } from '../exports/export-key.js';
import { cutConnection } from './cut-connection.js';
import { gzipped } from './gzip.js';
import { requestFields } from './request-fields.js';
import { ClientCutOff, PacedWriter } from './paced-writer.js';

const TRAILERS = 'Repr-Digest, AuditForge-Event-Count, AuditForge-Shard-Count';
const TRAILERS_OF_CODED = 'AuditForge-Event-Count, AuditForge-Shard-Count';

const logger = new Logger('AuditForge');

/** What can be said of a stream before it is opened. */
export type StreamHead = Pick<AuditLogStream, 'fileName' | 'contentType'>;

/** @throws AuditForgeError `http_version_not_supported`: before HTTP/1.1 a body that was cut looks whole */
export function assertStreamable({ httpVersionMajor, httpVersionMinor }: Request): void {
  if (httpVersionMajor !== 1 || httpVersionMinor < 1) throw new AuditForgeError('http_version_not_supported');
}

/** The headers of a stream, which HEAD answers without opening one. */
export function setStreamHeaders(
  request: Request,
  response: Response,
  { fileName, contentType }: StreamHead,
): void {
  response.setHeader('Content-Type', contentType);
  if (contentType === 'application/x-ndjson') response.setHeader('Content-Disposition', attachment(fileName));
  response.setHeader('Accept-Ranges', 'none');
  response.setHeader('X-Accel-Buffering', 'no');
  response.vary('Accept-Encoding');
  if (wantsGzip(request)) response.setHeader('Content-Encoding', 'gzip');
}

/**
 * Sends a log at the client's pace. A failure after the first byte resets the connection: the body never
 * ends cleanly unless it is whole.
 */
export async function streamLog(
  request: Request,
  response: Response,
  log: AuditLogStream,
  { idleSeconds, clientLeft }: { idleSeconds: number; clientLeft: AbortSignal },
): Promise<void> {
  const writer = new PacedWriter(response, { idleSeconds, othersWait: log.othersWait }, log.signal);
  const coded = wantsGzip(request);
  const trailers = wantsTrailers(request);
  setStreamHeaders(request, response, log);
  let outcome: 'aborted' | undefined;
  if (trailers) response.setHeader('Trailer', coded ? TRAILERS_OF_CODED : TRAILERS);
  try {
    for await (const bytes of coded ? gzipped(log.pieces) : log.pieces) {
      await writer.write(bytes);
    }
    if (trailers) response.addTrailers(trailersOf(log.summary(), coded));
    await writer.end();
  } catch (error) {
    outcome = 'aborted';
    if (!response.headersSent) throw error;
    cutConnection(request.socket);
    logFailure(request, clientLeft, error);
  } finally {
    writer.close();
    await log.close(outcome);
  }
}

function wantsGzip(request: Request): boolean {
  return request.acceptsEncodings('gzip', 'identity') === 'gzip';
}

/** RFC 9110, 10.1.4. */
function wantsTrailers({ headers }: Request): boolean {
  return String(headers.te ?? '')
    .toLowerCase()
    .split(',')
    .some((coding) => coding.trim() === 'trailers');
}

/** The digest (RFC 9530) is of the log's own bytes, and says nothing of coded ones. */
function trailersOf({ sha256, eventCount, shardCount }: LogSummary, coded: boolean): Record<string, string> {
  return {
    ...(coded ? {} : { 'Repr-Digest': `sha-256=:${sha256.toString('base64')}:` }),
    'AuditForge-Event-Count': String(eventCount),
    'AuditForge-Shard-Count': String(shardCount),
  };
}

function logFailure(request: Request, clientLeft: AbortSignal, error: unknown): void {
  const left = clientLeft.aborted && error === clientLeft.reason;
  const isCutOff = error instanceof ClientCutOff;
  logger[left ? 'debug' : isCutOff ? 'warn' : 'error']({
    msg: 'auditforge_audit_log_stream_failed',
    ...requestFields(request),
    code: isCutOff ? error.code : failureCode(error, left),
    cause: describeError(error),
  });
}
