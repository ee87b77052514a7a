import type { Request, Response } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';

/** OPTIONS tells the methods of an address; every other one that it does not take is refused. */
export function answerOtherMethod(request: Request, response: Response, allow: string): void {
  if (request.method !== 'OPTIONS') throw new AuditForgeError('method_not_allowed', { allow });
  response.statusCode = 204;
  response.setHeader('Allow', allow);
  response.end();
}
