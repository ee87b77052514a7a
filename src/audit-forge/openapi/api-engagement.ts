import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { EngagementResponse } from '../dto/engagement.response.js';
import type { ErrorCode } from '../errors/problems.js';
import { ENGAGEMENT_ID } from '../names.js';
import { ApiProblems } from './api-problems.js';
import { ApiRequestId, REQUEST_ID_HEADER } from './headers.js';
import { ApiAnyCaller } from './security.js';

/** What every route of an engagement can answer, since each looks it up. */
export const OF_AN_ENGAGEMENT: ErrorCode[] = [
  'engagement_out_of_scope',
  'cross_site_request',
  'engagement_not_found',
  'invalid_engagement_record',
  'source_bucket_not_allowed',
  'storage_access_denied',
  'storage_misconfigured',
  'storage_unavailable',
];

/** The id in the path of every route of an engagement. */
export function ApiEngagementId(): MethodDecorator & ClassDecorator {
  return ApiParam({
    name: 'id',
    description: 'The id of the engagement.',
    schema: { type: 'string', pattern: ENGAGEMENT_ID.source, example: 'eng-abc123' },
  });
}

export function ApiGetEngagement(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'getEngagement',
      summary: 'One engagement.',
      description: 'What its record says, as far as it concerns clients. HEAD answers the headers alone.',
      tags: ['Engagements'],
    }),
    ApiRequestId(),
    ApiAnyCaller(),
    ApiEngagementId(),
    ApiOkResponse({ type: EngagementResponse, description: 'The engagement.', headers: REQUEST_ID_HEADER }),
    ApiProblems(...OF_AN_ENGAGEMENT),
  );
}
