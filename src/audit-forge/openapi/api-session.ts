import { applyDecorators } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity } from '@nestjs/swagger';
import { SessionResponse } from '../dto/session.response.js';
import { ApiProblems } from './api-problems.js';
import { ApiRequestId, header, REQUEST_ID_HEADER } from './headers.js';
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
      description: 'The cookie lasts as long as the token. It has no body.',
      tags: ['Session'],
    }),
    ApiRequestId(),
    ApiSecurity(SECURITY.session),
    ApiNoContentResponse({ description: 'Signed in.', headers: { ...REQUEST_ID_HEADER, ...SET_COOKIE } }),
    ApiProblems(),
  );
}

export function ApiGetSession(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'getSession',
      summary: 'Who is signed in.',
      description: 'Of the session that the request presents, by token or by cookie.',
      tags: ['Session'],
    }),
    ApiRequestId(),
    ApiSecurity(SECURITY.session),
    ApiSecurity(SECURITY.cookie),
    ApiOkResponse({ type: SessionResponse, description: 'The session.', headers: REQUEST_ID_HEADER }),
    ApiProblems('cross_site_request'),
  );
}

export function ApiSignOut(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'signOut',
      summary: 'Takes the cookie back.',
      description: 'The token itself stays valid until it ends: a session is the platform’s to revoke.',
      tags: ['Session'],
    }),
    ApiRequestId(),
    ApiSecurity(SECURITY.cookie),
    ApiNoContentResponse({ description: 'Signed out.', headers: { ...REQUEST_ID_HEADER, ...SET_COOKIE } }),
    ApiProblems('cross_site_request'),
  );
}
