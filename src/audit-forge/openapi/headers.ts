import type { ApiResponseOptions } from '@nestjs/swagger';

export type Headers = NonNullable<ApiResponseOptions['headers']>;

/** One header of a response, as OpenAPI describes it. */
export function header(name: string, description: string, example: string | number): Headers {
  const type = typeof example === 'number' ? 'integer' : 'string';
  return { [name]: { description, schema: { type }, example } };
}

export const REQUEST_ID_HEADER = header(
  'X-Request-Id',
  'The id of the request: the one it came with, or a new one.',
  '0d5c9b0e-4c55-4b0c-9d4b-7f4f0b9d6a51',
);

export const EXAMPLE_EXPORT_ID = '20260508T132000Z-k3v7q2mzda';

export const LOCATION = header(
  'Location',
  'Where the export is found again.',
  `/auditforge/engagement/eng-abc123/audit-log/exports/${EXAMPLE_EXPORT_ID}`,
);
export const RETRY_AFTER = header('Retry-After', 'Seconds until another look, while it has not ended.', 2);
export const PREFERENCE_APPLIED = header(
  'Preference-Applied',
  'What of `Prefer` was heeded (RFC 7240).',
  'wait=10',
);
