import type { Request } from 'express';
import { callerOf } from '../auth/caller.decorator.js';
import { logFields } from '../auth/caller.js';
import { requestIdOf } from './request-id.js';

/**
 * What a log line says of a request: which, by whom, for what. Picked by name, so that its headers and query,
 * which may hold tokens, are in no line.
 */
export function requestFields(request: Request): Record<string, unknown> {
  return {
    request_id: requestIdOf(request),
    ...logFields(callerOf(request), request.params?.['id']),
  };
}
