import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ReadyExportResponse, UnfinishedExportResponse } from '../dto/export.response.js';
import { EXPORT_ID_EXAMPLE, FAILED_EXAMPLE, READY_EXAMPLE, RUNNING_EXAMPLE } from './examples.js';
import { header, REQUEST_ID_HEADER } from './headers.js';

export const LOCATION = header(
  'Location',
  'Where the export is found again.',
  `/auditforge/engagement/eng-abc123/audit-log/exports/${EXPORT_ID_EXAMPLE}`,
);
export const PREFERENCE_APPLIED = header(
  'Preference-Applied',
  'The preferences that made a difference (RFC 7240).',
  'wait=10',
);
export const RETRY_AFTER = header('Retry-After', 'Seconds until another look, while it has not ended.', 2);

const EXAMPLES = {
  ready: { summary: 'It is ready', value: READY_EXAMPLE },
  running: { summary: 'It is under way', value: RUNNING_EXAMPLE },
  failed: { summary: 'It has failed', value: FAILED_EXAMPLE },
};

/** An answer that says how an export stands. */
export function ApiState(
  status: number,
  description: string,
  headers: ReturnType<typeof header>,
  examples: (keyof typeof EXAMPLES)[],
): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ReadyExportResponse, UnfinishedExportResponse),
    ApiResponse({
      status,
      description,
      headers: { ...REQUEST_ID_HEADER, ...headers },
      content: {
        'application/json': {
          schema: {
            oneOf: [
              { $ref: getSchemaPath(ReadyExportResponse) },
              { $ref: getSchemaPath(UnfinishedExportResponse) },
            ],
          },
          examples: Object.fromEntries(examples.map((name) => [name, EXAMPLES[name]])),
        },
      },
    }),
  );
}

/** What a client prefers to wait for. */
export function ApiPrefer(description: string, example: string): MethodDecorator & ClassDecorator {
  return ApiHeader({ name: 'Prefer', required: false, description, schema: { type: 'string', example } });
}
