import type { Request } from 'express';
import { callerOf } from '../auth/caller.decorator.js';
import { callerFields } from '../auth/caller.js';
import { ENGAGEMENT_ID } from '../names.js';
import { requestIdOf } from './request-id.js';

/**
 * What a log line says of a request: which, by whom, for what. Picked by name, so that its headers and query,
 * which may hold tokens, are in no line.
 */
export function requestFields(request: Request): Record<string, unknown> {
  const id = request.params?.['id'];
  return {
    request_id: requestIdOf(request),
    ...callerFields(callerOf(request)),
    ...(typeof id === 'string' && ENGAGEMENT_ID.test(id) ? { engagement_id: id } : {}),
  };
}
