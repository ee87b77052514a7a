import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiNoContentResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { ExportListResponse, NewExportBody } from '../dto/export.response.js';
import { EXPORT_ID } from '../records/export-id.js';
import { ApiEngagementId, OF_AN_ENGAGEMENT } from './api-engagement.js';
import { ApiExpiresIn } from './api-expires-in.js';
import { ApiPrefer, ApiState, LOCATION, PREFERENCE_APPLIED, RETRY_AFTER } from './api-export-state.js';
import { ApiProblems } from './api-problems.js';
import { EXPORT_ID_EXAMPLE } from './examples.js';
import { ApiRequestId, REQUEST_ID_HEADER } from './headers.js';
import { ApiAnyCaller } from './security.js';

const TAGS = ['Exports'];

export function ApiRequestExport(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'requestExport',
      summary: 'Begins an export that outlives the request.',
      description:
        'It is done by a queue, and leaves one object and one record. Where exports leave no records, all of these ' +
        'addresses are `not_found`. ' +
        'It goes on when the client leaves, also while it waits: the history shows it, and the same request with the ' +
        'same `Idempotency-Key` leads to it.',
      tags: TAGS,
    }),
    ApiRequestId(),
    ApiAnyCaller(),
    ApiEngagementId(),
    ApiPrefer('`wait=N`: seconds to wait for its end, at most 30 (RFC 7240).', 'wait=10'),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'The same key and body within 24 hours is the same export. 1 to 255 visible ASCII characters.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        example: 'b6c1f8e2-0b6f-4a53-9d5e-2f6c4a1d7e90',
      },
    }),
    ApiBody({ type: NewExportBody, required: false }),
    ApiState(
      201,
      'It is ready, within the time of `Prefer: wait` or by an earlier request.',
      { ...LOCATION, ...PREFERENCE_APPLIED },
      ['ready'],
    ),
    ApiState(
      202,
      'It is accepted; its state says whether it has failed or was cancelled since.',
      { ...LOCATION, ...PREFERENCE_APPLIED, ...RETRY_AFTER },
      ['running', 'failed'],
    ),
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
        'Of all states and callers, without links: for one of those ask for the export itself. One whose record is ' +
        'damaged is among them, as `failed` with the reason `invalid_export_record`; asked for itself, it is that problem.',
      tags: TAGS,
    }),
    ApiRequestId(),
    ApiAnyCaller(),
    ApiEngagementId(),
    ApiQuery({
      name: 'limit',
      required: false,
      description: 'Exports of one page.',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20, example: 20 },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      description: 'The `next_cursor` of the page before.',
      schema: { type: 'string', example: EXPORT_ID_EXAMPLE },
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
      description: 'As often as one is wanted, as long as the object is there. HEAD makes no link.',
      tags: TAGS,
    }),
    ApiRequestId(),
    ApiAnyCaller(),
    ApiExportPath(),
    ApiExpiresIn(),
    ApiState(200, 'How it stands.', RETRY_AFTER, ['ready', 'running', 'failed']),
    ApiProblems(...OF_AN_ENGAGEMENT, 'export_not_found', 'export_gone', 'invalid_export_record'),
  );
}

export function ApiCancelExport(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'cancelExport',
      summary: 'Ends an export that has not ended.',
      description: 'Nothing that is finished is ever removed. Cancelling again answers the same.',
      tags: TAGS,
    }),
    ApiRequestId(),
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
      schema: { type: 'string', pattern: EXPORT_ID.source, example: EXPORT_ID_EXAMPLE },
    }),
  );
}
