import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { DELIVERIES } from '../dto/audit-log.query.js';
import { LOG_FORMATS } from '../encoders/formats.js';
import { ApiEngagementId, OF_AN_ENGAGEMENT } from './api-engagement.js';
import { ApiExpiresIn } from './api-expires-in.js';
import { ApiPrefer, ApiState, LOCATION, PREFERENCE_APPLIED, RETRY_AFTER } from './api-export-state.js';
import { ApiLog } from './api-log.js';
import { ApiProblems } from './api-problems.js';
import { ApiRequestId } from './headers.js';
import { ApiAnyCaller } from './security.js';

export function ApiGetAuditLog(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'getAuditLog',
      summary: 'The whole audit log of one engagement, as a stream or as a link.',
      description:
        'Every event of every shard, in order, byte for byte; for the same shards every delivery gives the same ' +
        'bytes. A stream that cannot be whole is cut, and never ends cleanly: check how it ended. After a whole one come ' +
        'the trailers that `TE: trailers` asks for: `Repr-Digest` (RFC 9530, of the log’s own bytes; not with gzip), ' +
        '`AuditForge-Event-Count` and `AuditForge-Shard-Count`. HEAD answers the headers alone.',
      tags: ['Audit log'],
    }),
    ApiRequestId(),
    ApiAnyCaller(),
    ApiEngagementId(),
    ...parameters(),
    ApiLog(),
    ApiState(
      202,
      'It is accepted, with `delivery=signed_url` and `Prefer: respond-async`, and goes on.',
      { ...LOCATION, ...PREFERENCE_APPLIED, ...RETRY_AFTER },
      ['running'],
    ),
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
      schema: { type: 'string', enum: [...LOG_FORMATS], default: 'jsonl', example: 'jsonl' },
    }),
    ApiQuery({
      name: 'delivery',
      required: false,
      description: 'The log itself, or a link to it as one S3 object.',
      schema: { type: 'string', enum: [...DELIVERIES], default: 'stream', example: 'signed_url' },
    }),
    ApiExpiresIn(),
    ApiHeader({
      name: 'TE',
      required: false,
      description: 'With `trailers` a stream ends with its digest and counts.',
      schema: { type: 'string', example: 'trailers' },
    }),
    ApiPrefer(
      'With `delivery=signed_url`: `respond-async` lets the answer be 202 where the export takes longer than `wait=N` ' +
        'seconds, 0 by default and at most 30 (RFC 7240). Who leaves before the answer has it cancelled.',
      'respond-async, wait=10',
    ),
    ApiHeader({
      name: 'Accept-Encoding',
      required: false,
      description: 'With `gzip` a stream is compressed.',
      schema: { type: 'string', example: 'gzip' },
    }),
  ];
}
