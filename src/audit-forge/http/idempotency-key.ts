import type { IncomingMessage } from 'node:http';
import { invalidParameters } from '../export-request.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws AuditForgeError `invalid_parameters` */
export function idempotencyKeyOf({ headersDistinct }: IncomingMessage): string | undefined {
  const [key, ...more] = headersDistinct['idempotency-key'] ?? [];
  if (key === undefined) return undefined;
  if (more.length === 0 && KEY.test(key)) return key;
  throw invalidParameters([
    { parameter: 'Idempotency-Key', detail: 'must be given once, of 1 to 255 visible ASCII characters' },
  ]);
}
