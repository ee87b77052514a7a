import type { Request, Response } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';

/** What an address takes that can only be read. */
export const READ_METHODS = 'GET, HEAD, OPTIONS';

/** OPTIONS tells the methods of an address; every other one that it does not take is refused. */
export function answerOtherMethod(request: Request, response: Response, allow: string): void {
  if (request.method !== 'OPTIONS') throw new AuditForgeError('method_not_allowed', { allow });
  response.statusCode = 204;
  response.setHeader('Allow', allow);
  response.end();
}

/** Answers at an address that can only be read and that Nest does not route. */
export function answerRead(
  request: Request,
  response: Response,
  send: (response: Response) => unknown,
): void {
  if (request.method === 'GET' || request.method === 'HEAD') send(response);
  else answerOtherMethod(request, response, READ_METHODS);
}
