import type { IncomingMessage } from 'node:http';
import type { Options } from 'pino-http';
import { requestIdOf } from './audit-forge/http/request-id.js';

/**
 * JSON lines, and of requests only those that were refused or failed. Of a request just its method and path
 * are logged: its query and headers may hold tokens, so they are not picked rather than redacted.
 */
export function loggingOptions(level = 'info'): Options {
  return {
    level,
    genReqId: requestIdOf,
    customLogLevel: (_request, response) =>
      response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'silent',
    serializers: {
      req: (request: { id: string; raw: IncomingMessage }) => ({
        id: request.id,
        method: request.raw.method,
        path: (request.raw.url ?? '').split('?')[0],
      }),
      // Only that the status is an error; the module logs the cause in a line of its own.
      err: () => undefined,
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
  };
}
