import { applyDecorators } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  getSchemaPath,
} from '@nestjs/swagger';
import { DELIVERIES } from '../dto/audit-log.query.js';
import { UnfinishedExportResponse } from '../dto/export.response.js';
import { SignedUrlResponse } from '../dto/signed-url.response.js';
import { LOG_FORMATS } from '../encoders/formats.js';
import { ApiEngagementId, OF_AN_ENGAGEMENT } from './api-engagement.js';
import { ApiExpiresIn } from './api-expires-in.js';
import { ApiProblems } from './api-problems.js';
import { header, LOCATION, PREFERENCE_APPLIED, REQUEST_ID_HEADER, RETRY_AFTER } from './headers.js';
import { ApiAnyCaller } from './security.js';

export function ApiGetAuditLog(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'getAuditLog',
      summary: 'The whole audit log of one engagement, as a stream or as a link.',
      description:
        'Every event of every shard, in order, byte for byte; for the same shards every delivery gives the same ' +
        'bytes. A stream that cannot be whole is cut, and never ends cleanly. HEAD answers the headers alone.',
      tags: ['Audit log'],
    }),
    ApiAnyCaller(),
    ApiEngagementId(),
    ...parameters(),
    ApiExtraModels(SignedUrlResponse),
    answer(),
    later(),
    ApiProblems(
      ...OF_AN_ENGAGEMENT,
      'snapshot_changed',
      'corrupt_shard',
      'too_many_shards',
      'http_version_not_supported',
      'export_finished',
    ),
  );
}

function parameters(): MethodDecorator[] {
  return [
    ApiQuery({
      name: 'format',
      required: false,
      description: 'One event a line, or one array of them.',
      schema: { type: 'string', enum: [...LOG_FORMATS], default: 'jsonl' },
      example: 'jsonl',
    }),
    ApiQuery({
      name: 'delivery',
      required: false,
      description: 'The log itself, or a link to it as one S3 object.',
      schema: { type: 'string', enum: [...DELIVERIES], default: 'stream' },
      example: 'signed_url',
    }),
    ApiExpiresIn(),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description:
        'With `respond-async` a link comes from an export that is queued, and 202 where it is not ready within ' +
        '`wait=N` seconds, at most 30 (RFC 7240). Who leaves before the answer has it cancelled.',
      schema: { type: 'string' },
      example: 'respond-async, wait=10',
    }),
    ApiHeader({
      name: 'TE',
      required: false,
      description: 'With `trailers` a stream ends with its digest and counts.',
      schema: { type: 'string' },
      example: 'trailers',
    }),
    ApiHeader({
      name: 'Accept-Encoding',
      required: false,
      description: 'With `gzip` a stream is compressed.',
      schema: { type: 'string' },
      example: 'gzip',
    }),
  ];
}

/** With `Prefer: respond-async`. */
function later(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(UnfinishedExportResponse),
    ApiAcceptedResponse({
      description: 'With `Prefer: respond-async`: the export is not ready yet.',
      headers: { ...REQUEST_ID_HEADER, ...LOCATION, ...RETRY_AFTER, ...PREFERENCE_APPLIED },
      content: { 'application/json': { schema: { $ref: getSchemaPath(UnfinishedExportResponse) } } },
    }),
  );
}

function answer(): MethodDecorator {
  return ApiOkResponse({
    description: 'The log (`delivery=stream`), or a link to it (`delivery=signed_url`).',
    headers: {
      ...REQUEST_ID_HEADER,
      ...header(
        'Content-Disposition',
        'The name of the file, with `format=jsonl` and `delivery=stream`.',
        'attachment; filename="eng-abc123-20260508T132000Z.jsonl"',
      ),
    },
    content: {
      'application/json': {
        schema: {
          oneOf: [
            { $ref: getSchemaPath(SignedUrlResponse) },
            {
              type: 'array',
              items: { type: 'object' },
              description: 'The log itself, with `format=json` and `delivery=stream`.',
            },
          ],
        },
      },
      'application/x-ndjson': {
        schema: { type: 'string', description: 'The log itself: one event a line, each ended by one LF.' },
      },
    },
  });
}
