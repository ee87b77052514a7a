import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestIdOf } from './request-id.js';

/** What every answer carries, errors included. */
export function setCommonHeaders(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Request-Id', requestIdOf(request));
}

/** {@link setCommonHeaders} as Express middleware. */
export function commonHeaders(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  setCommonHeaders(request, response);
  next();
}
