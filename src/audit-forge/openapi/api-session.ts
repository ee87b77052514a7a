import { applyDecorators } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity } from '@nestjs/swagger';
import { SessionResponse } from '../dto/session.response.js';
import { ApiProblems } from './api-problems.js';
import { header, REQUEST_ID_HEADER } from './headers.js';
import { SECURITY } from './security.js';

const SET_COOKIE = header(
  'Set-Cookie',
  'The cookie of the session.',
  '__Host-auditforge=eyJ…; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Strict',
);

export function ApiSignIn(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'signIn',
      summary: 'Exchanges a session token for a cookie that pages of this service send.',
      tags: ['Session'],
    }),
    ApiSecurity(SECURITY.session),
    ApiNoContentResponse({ description: 'Signed in.', headers: { ...REQUEST_ID_HEADER, ...SET_COOKIE } }),
    ApiProblems(),
  );
}

export function ApiGetSession(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'getSession', summary: 'Who is signed in.', tags: ['Session'] }),
    ApiSecurity(SECURITY.session),
    ApiSecurity(SECURITY.cookie),
    ApiOkResponse({ type: SessionResponse, description: 'The session.', headers: REQUEST_ID_HEADER }),
    ApiProblems('cross_site_request'),
  );
}

export function ApiSignOut(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'signOut', summary: 'Takes the cookie back.', tags: ['Session'] }),
    ApiSecurity(SECURITY.cookie),
    ApiNoContentResponse({ description: 'Signed out.', headers: { ...REQUEST_ID_HEADER, ...SET_COOKIE } }),
    ApiProblems('cross_site_request'),
  );
}
