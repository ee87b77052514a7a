import type { AuditLogFormat } from '../api/types.js';

export const FORMAT_NAMES: Readonly<Record<AuditLogFormat, string>> = {
  jsonl: 'JSON lines',
  json: 'JSON array',
};
