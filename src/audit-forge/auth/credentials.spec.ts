import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { credentialsOf } from './credentials.js';

type Headers = Record<string, string[]>;

function credentials(headersDistinct: Headers) {
  return credentialsOf({ headersDistinct } as unknown as IncomingMessage);
}

const ADMIN = 'admin-token-0123456789-abcdefghijklm';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln-_';

describe('the credentials of a request', () => {
  it.each<[what: string, headers: Headers, adminToken: string | undefined, sessionToken: string | undefined]>(
    [
      ['none', {}, undefined, undefined],
      ['an admin token', { 'x-admin-token': [ADMIN] }, ADMIN, undefined],
      ['a session token', { authorization: [`Bearer ${JWT}`] }, undefined, JWT],
      ['both', { 'x-admin-token': [ADMIN], authorization: [`Bearer ${JWT}`] }, ADMIN, JWT],
      ['a scheme in any case', { authorization: [`bEARER ${JWT}`] }, undefined, JWT],
      ['an opaque token', { authorization: ['Bearer abc~+/=='] }, undefined, 'abc~+/=='],
      [
        'a token that looks like two headers',
        { 'x-admin-token': [`${ADMIN}, ${ADMIN}`] },
        `${ADMIN}, ${ADMIN}`,
        undefined,
      ],
    ],
  )('are %s', (_, headers, adminToken, sessionToken) => {
    expect(credentials(headers)).toEqual({ adminToken, sessionToken });
  });

  it.each<[what: string, headers: Headers]>([
    ['two admin tokens', { 'x-admin-token': [ADMIN, ADMIN] }],
    ['two Authorization headers', { authorization: [`Bearer ${JWT}`, `Bearer ${JWT}`] }],
    [
      'two Authorization headers beside an admin token',
      { 'x-admin-token': [ADMIN], authorization: [`Bearer ${JWT}`, 'Basic YTpi'] },
    ],
    ['an empty admin token', { 'x-admin-token': [''] }],
    ['an empty admin token beside a session', { 'x-admin-token': [''], authorization: [`Bearer ${JWT}`] }],
    ['an empty Authorization', { authorization: [''] }],
    ['an empty Authorization beside an admin token', { 'x-admin-token': [ADMIN], authorization: [''] }],
    ['another scheme', { authorization: ['Basic YTpi'] }],
    ['another scheme beside an admin token', { 'x-admin-token': [ADMIN], authorization: ['Basic YTpi'] }],
    ['a scheme without a token', { authorization: ['Bearer'] }],
    ['a scheme and a space', { authorization: ['Bearer '] }],
    ['a token without a scheme', { authorization: [JWT] }],
    ['two spaces', { authorization: [`Bearer  ${JWT}`] }],
    ['a tab in place of the space', { authorization: [`Bearer\t${JWT}`] }],
    ['two tokens', { authorization: [`Bearer ${JWT} ${JWT}`] }],
    ['two schemes in one header', { authorization: [`Bearer ${JWT}, Basic YTpi`] }],
    ['a token in quotes', { authorization: [`Bearer "${JWT}"`] }],
    ['padding inside a token', { authorization: ['Bearer a=b'] }],
    ['padding alone', { authorization: ['Bearer =='] }],
    ['a character outside ASCII', { authorization: ['Bearer é'] }],
    ['a newline behind the token', { authorization: [`Bearer ${JWT}\n`] }],
  ])('prove nothing, and are refused: %s', (_, headers) => {
    const refuse = () => credentials(headers);
    expect(refuse).toThrow(AuditForgeError);
    expect(refuse).toThrow(
      expect.objectContaining({ code: 'authentication_required', detail: 'Authentication required.' }),
    );
  });
});
