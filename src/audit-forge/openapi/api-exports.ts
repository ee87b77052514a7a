import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import {
  ExportListResponse,
  NewExportBody,
  ReadyExportResponse,
  UnfinishedExportResponse,
} from '../dto/export.response.js';
import { EXPORT_ID } from '../records/export-id.js';
import { ApiEngagementId, OF_AN_ENGAGEMENT } from './api-engagement.js';
import { ApiExpiresIn } from './api-expires-in.js';
import { ApiProblems } from './api-problems.js';
import {
  EXAMPLE_EXPORT_ID,
  LOCATION,
  PREFERENCE_APPLIED,
  REQUEST_ID_HEADER,
  RETRY_AFTER,
  type Headers,
} from './headers.js';
import { ApiAnyCaller } from './security.js';

const TAGS = ['Exports'];

export function ApiRequestExport(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'requestExport',
      summary: 'Begins an export that outlives the request.',
      description:
        'It goes on when the client leaves, also while it waits: the history shows it, and the same request with the ' +
        'same `Idempotency-Key` leads to it.',
      tags: TAGS,
    }),
    ApiAnyCaller(),
    ApiEngagementId(),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`wait=N`: seconds to wait for its end, at most 30 (RFC 7240).',
      schema: { type: 'string' },
      example: 'wait=10',
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'The same key and body within 24 hours is the same export. 1 to 255 visible ASCII characters.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      example: 'b6c1f8e2-0b6f-4a53-9d5e-2f6c4a1d7e90',
    }),
    ApiBody({ type: NewExportBody, required: false }),
    ApiExtraModels(ReadyExportResponse, UnfinishedExportResponse),
    ApiState(201, 'It is ready, within the time of `Prefer: wait` or by an earlier request.', {
      ...LOCATION,
      ...PREFERENCE_APPLIED,
    }),
    ApiState(202, 'It is accepted; its state says whether it has failed or was cancelled since.', {
      ...LOCATION,
      ...RETRY_AFTER,
      ...PREFERENCE_APPLIED,
    }),
    ApiProblems(
      ...OF_AN_ENGAGEMENT,
      'not_found',
      'idempotency_key_reused',
      'body_too_large',
      'unsupported_media_type',
      'queue_unavailable',
      'invalid_export_record',
    ),
  );
}

export function ApiListExports(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'listExports',
      summary: 'The exports of an engagement, newest first.',
      description:
        'One whose record is damaged is among them, as `failed` with the reason `invalid_export_record`; asked for ' +
        'itself, it is that problem.',
      tags: TAGS,
    }),
    ApiAnyCaller(),
    ApiEngagementId(),
    ApiQuery({
      name: 'limit',
      required: false,
      description: 'Exports of one page.',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      example: 20,
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      description: 'The `next_cursor` of the page before.',
      schema: { type: 'string' },
      example: EXAMPLE_EXPORT_ID,
    }),
    ApiResponse({
      status: 200,
      type: ExportListResponse,
      description: 'One page.',
      headers: REQUEST_ID_HEADER,
    }),
    ApiProblems(...OF_AN_ENGAGEMENT, 'not_found'),
  );
}

export function ApiGetExport(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'getExport',
      summary: 'How an export stands; for one that is ready, a fresh link to the same object.',
      tags: TAGS,
    }),
    ApiAnyCaller(),
    ApiExportPath(),
    ApiExpiresIn(),
    ApiExtraModels(ReadyExportResponse, UnfinishedExportResponse),
    ApiState(200, 'How it stands.', RETRY_AFTER),
    ApiProblems(...OF_AN_ENGAGEMENT, 'export_not_found', 'export_gone', 'invalid_export_record'),
  );
}

export function ApiCancelExport(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'cancelExport', summary: 'Ends an export that has not ended.', tags: TAGS }),
    ApiAnyCaller(),
    ApiExportPath(),
    ApiNoContentResponse({ description: 'It is cancelled, or was before.', headers: REQUEST_ID_HEADER }),
    ApiProblems(
      ...OF_AN_ENGAGEMENT,
      'export_not_found',
      'export_finished',
      'invalid_export_record',
      'queue_unavailable',
    ),
  );
}

function ApiExportPath(): MethodDecorator {
  return applyDecorators(
    ApiEngagementId(),
    ApiParam({
      name: 'export_id',
      description: 'The id of the export.',
      schema: { type: 'string', pattern: EXPORT_ID.source },
      example: EXAMPLE_EXPORT_ID,
    }),
  );
}

function ApiState(status: number, description: string, headers: Headers): MethodDecorator {
  return ApiResponse({
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
      },
    },
  });
}
