import type { IncomingMessage } from 'node:http';
import { invalidParameters } from '../export-request.js';

/** @throws AuditForgeError `invalid_parameters`: what is sent and not read would be believed to count. */
export function assertNoBody({ headers }: IncomingMessage): void {
  const length = headers['content-length'] ?? '0';
  if (headers['transfer-encoding'] === undefined && /^0+$/.test(length)) return;
  throw invalidParameters([{ parameter: 'body', detail: 'must be left out: this address takes none' }]);
}
