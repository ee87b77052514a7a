import { applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

/** Names of the credentials, as the OpenAPI document defines them. */
export const SECURITY = { admin: 'adminToken', session: 'session', cookie: 'sessionCookie' } as const;

/** Any one of the credentials. */
export function ApiAnyCaller(): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiSecurity(SECURITY.admin),
    ApiSecurity(SECURITY.session),
    ApiSecurity(SECURITY.cookie),
  );
}
