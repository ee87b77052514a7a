import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { ReadyExportResponse } from '../dto/export.response.js';
import { SignedUrlResponse } from '../dto/signed-url.response.js';
import { LOCATION, PREFERENCE_APPLIED } from './api-export-state.js';
import { ARRAY_EXAMPLE, EMPTY_EXAMPLE, LINES_EXAMPLE, LINK_EXAMPLE, READY_EXAMPLE } from './examples.js';
import { header, REQUEST_ID_HEADER } from './headers.js';

/** The answer to a request for a log, in each delivery and format. */
export function ApiLog(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(SignedUrlResponse, ReadyExportResponse),
    ApiOkResponse({
      description: 'The log (`delivery=stream`), or a link to it (`delivery=signed_url`).',
      headers: {
        ...REQUEST_ID_HEADER,
        ...header(
          'Content-Disposition',
          'The name of the file, with `format=jsonl` and `delivery=stream`.',
          'attachment; filename="eng-abc123-20260508T132000Z.jsonl"',
        ),
        ...header('Content-Encoding', 'That of a stream, where it is asked for.', 'gzip'),
        ...header('Accept-Ranges', 'A stream that was cut is started again.', 'none'),
        ...header('Vary', '`Accept-Encoding` of a stream, `Prefer` of a link.', 'Accept-Encoding'),
        ...header('Trailer', 'What comes after a stream, where it is asked for.', 'Repr-Digest'),
        ...LOCATION,
        ...PREFERENCE_APPLIED,
      },
      content: {
        'application/json': {
          schema: {
            // Not one of them: a ready export is a link too.
            anyOf: [
              { $ref: getSchemaPath(SignedUrlResponse) },
              { $ref: getSchemaPath(ReadyExportResponse) },
              {
                type: 'array',
                items: { type: 'object' },
                description: 'The log itself, with `format=json` and `delivery=stream`.',
              },
            ],
          },
          examples: {
            link: { summary: 'A link to the log', value: LINK_EXAMPLE },
            empty: { summary: 'No link: the log has no event', value: EMPTY_EXAMPLE },
            ready: { summary: 'A link, with Prefer: respond-async', value: READY_EXAMPLE },
            log: { summary: 'The log itself, with format=json', value: ARRAY_EXAMPLE },
          },
        },
        'application/x-ndjson': {
          schema: { type: 'string', description: 'The log itself: one event a line, each ended by one LF.' },
          example: LINES_EXAMPLE,
        },
      },
    }),
  );
}
