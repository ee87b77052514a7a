import type { ApiResponseOptions } from '@nestjs/swagger';

type Headers = NonNullable<ApiResponseOptions['headers']>;

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
