import { ApiHeader, type ApiResponseOptions } from '@nestjs/swagger';

export type Headers = NonNullable<ApiResponseOptions['headers']>;

/** As in examples. */
export const REQUEST_ID = '0d5c9b0e-4c55-4b0c-9d4b-7f4f0b9d6a51';

/** One header of a response, as OpenAPI describes it. */
export function header(name: string, description: string, example: string | number): Headers {
  const type = typeof example === 'number' ? 'integer' : 'string';
  return { [name]: { description, schema: { type }, example } };
}

export const REQUEST_ID_HEADER = header(
  'X-Request-Id',
  'The id of the request: the one it came with, or a new one.',
  REQUEST_ID,
);

/** The id that a request may bring. */
export function ApiRequestId(): MethodDecorator & ClassDecorator {
  return ApiHeader({
    name: 'X-Request-Id',
    required: false,
    description: 'An id to find the request by in the log. One that does not match is passed over.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', example: REQUEST_ID },
  });
}
