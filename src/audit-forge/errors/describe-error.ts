import { AuditForgeError } from './audit-forge.error.js';

interface ErrorLike {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  stack?: unknown;
  cause?: unknown;
  context?: unknown;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const MAX_CAUSES = 5;

/**
 * An error as plain fields for a log line: names, codes, messages and the chain of causes. Picked by
 * name, so that a request object which hangs on an error (with its headers and tokens) is never logged.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { name, code, message, stack, cause, $metadata } = error as ErrorLike;
  return {
    name,
    ...(code === undefined ? {} : { code }),
    message: withoutLinks(String(message)),
    // A mistake in the program is found by its place; a failure of the store, or of a shard, is not.
    ...(isMistake(error) ? { stack: withoutLinks(String(stack)) } : {}),
    ...($metadata === undefined
      ? {}
      : { http_status: $metadata.httpStatusCode, s3_request_id: $metadata.requestId }),
    ...(error instanceof AuditForgeError && Object.keys(error.context).length > 0
      ? { context: error.context }
      : {}),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeError(cause, depth + 1) }),
  };
}

function isMistake(error: object): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** A library may quote the address that it called; what follows the `?` of a link is its signature. */
function withoutLinks(message: string): string {
  return message.replace(/(https?:\/\/[^\s?]*)\?\S*/g, '$1?REDACTED');
}
