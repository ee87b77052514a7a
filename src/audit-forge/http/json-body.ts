import type { Request } from 'express';
import { AuditForgeError } from '../errors/audit-forge.error.js';

const MAX_BYTES = 4 * 1024;

/**
 * The JSON object in the body of a request; none is an empty one.
 * @throws AuditForgeError `unsupported_media_type`, `body_too_large`, `malformed_request`
 */
export async function jsonBodyOf(request: Request): Promise<object> {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return {};
  // Also a coded one: nothing is decompressed for who has not said how large it is.
  if (request.is('application/json') === false || headers['content-encoding'] !== undefined)
    throw new AuditForgeError('unsupported_media_type');
  return parse(await read(request));
}

async function read(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new AuditForgeError('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed('The body is no JSON. Send an object such as {"format":"jsonl"}.', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw malformed('The body is no JSON object. Send one such as {"format":"jsonl"}.');
}

function malformed(detail: string, cause?: unknown): AuditForgeError {
  return new AuditForgeError('malformed_request', { detail, cause });
}
