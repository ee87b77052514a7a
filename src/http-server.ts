import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import express, { type Express } from 'express';
import { AuditForgeError } from './audit-forge/errors/audit-forge.error.js';
import { commonHeaders } from './audit-forge/http/common-headers.js';
import { READ_METHODS } from './audit-forge/http/other-method.js';
import { problemHeaders, problemOf } from './audit-forge/http/problem.js';
import { requestIdOf } from './audit-forge/http/request-id.js';
import type { Settings } from './config/settings.js';
import type { OpenConnections } from './open-connections.js';
import { securityHeaders } from './security-headers.js';

const logger = new Logger('AuditForge');

/** Express as the contract wants it: its settings must be in place before its router is made. */
export function createExpress({ host, trustedProxies }: Pick<Settings, 'host' | 'trustedProxies'>): Express {
  const app = express();
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.set('query parser', false);
  app.set('trust proxy', trustedProxies);
  app.use(securityHeaders(host));
  app.use(commonHeaders);
  return app;
}

/** Longer than load balancers keep an idle connection (60 s is usual), so that they end it and not we. */
const KEEP_ALIVE_MS = 75_000;

/** Makes Node's own refusals, which never reach Express, answers with a problem body too. */
export function configureServer(server: Server, connections: OpenConnections): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Answered by us below, with a body.
  (server as Server & { requireHostHeader: boolean }).requireHostHeader = false;
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    refuse(socket, new AuditForgeError('method_not_allowed', { allow: READ_METHODS }), requestIdOf(request));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, duplex: Duplex) => {
    const socket = duplex as Socket;
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
    // In the middle of another answer a refusal would look like a part of it.
    else if (connections.isBusy(socket)) connections.endWhenAnswered(socket);
    else refuse(socket, parserProblem(error), crypto.randomUUID());
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    // Express answers a target without a path by itself, in HTML. This one it refuses as what it is.
    if (!hasPath(request.url ?? '')) request.url = UNDECODABLE;
    // Node reads on as if the upgrade that nobody offers had been made.
    if (request.headers.upgrade !== undefined) response.setHeader('Connection', 'close');
  });
}

const UNDECODABLE = '/%';

/** RFC 9112, 3.2: a path, `*`, or an address with a path. */
function hasPath(target: string): boolean {
  return target.startsWith('/') || target === '*' || URL.canParse(target);
}

/** What Node's parser lets through: other versions, and HTTP/1.1 without a Host (RFC 9112, 3.2). */
export function requireHttp1(
  { httpVersion, headers }: IncomingMessage,
  _response: ServerResponse,
  next: (error?: Error) => void,
): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') next(unknownVersion());
  else if (httpVersion === '1.1' && headers.host === undefined)
    next(new AuditForgeError('malformed_request', { detail: 'The Host header is missing. Send one.' }));
  else next();
}

function unknownVersion(): AuditForgeError {
  return new AuditForgeError('http_version_not_supported', {
    detail: 'This version of HTTP is not spoken here. Use HTTP/1.1.',
  });
}

function parserProblem(error: NodeJS.ErrnoException): AuditForgeError {
  switch (error.code as string) {
    case 'HPE_HEADER_OVERFLOW':
      return new AuditForgeError('headers_too_large');
    case 'HPE_INVALID_VERSION':
      return unknownVersion();
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AuditForgeError('malformed_request', {
        detail: 'The request did not arrive in time. Send it whole.',
      });
    default:
      return new AuditForgeError('malformed_request', {
        detail: 'This is not a well-formed HTTP/1.1 request.',
      });
  }
}

function refuse(socket: Duplex, error: AuditForgeError, requestId: string): void {
  const { status, code } = error;
  logger.warn({ msg: 'auditforge_request_refused', request_id: requestId, status, code });
  const body = JSON.stringify(problemOf(error, requestId));
  const headers = {
    ...problemHeaders(error),
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${error.status} ${error.title}`, ...lines, '', body].join('\r\n'));
}
