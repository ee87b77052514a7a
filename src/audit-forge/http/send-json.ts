import type { Response } from 'express';

/** A JSON answer; to HEAD its headers alone, without a Content-Length. */
export function sendJson(response: Response, value: object): void {
  const body = JSON.stringify(value);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}
