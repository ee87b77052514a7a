import { ApiQuery } from '@nestjs/swagger';
import { EXPIRES_IN } from '../export-request.js';

/** How long a link is to be valid for. */
export function ApiExpiresIn(): MethodDecorator & ClassDecorator {
  return ApiQuery({
    name: 'expires_in',
    required: false,
    description: 'Seconds that the link is valid for.',
    schema: {
      type: 'integer',
      minimum: EXPIRES_IN.min,
      maximum: EXPIRES_IN.max,
      default: EXPIRES_IN.default,
      example: EXPIRES_IN.default,
    },
  });
}
