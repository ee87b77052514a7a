import { describe, expect, it } from '@jest/globals';
import { endpointProblem, shardPrefixProblem } from './options.validators.js';

describe('a shard prefix', () => {
  it.each([
    'auditforge/audit/{engagement_id}/',
    'logs/{engagement_id}/',
    'logs/{engagement_id}/raw/',
    'a-b/c_d/e.f/{engagement_id}/',
    'auditforge/exports2/{engagement_id}/',
  ])('may be %s', (prefix) => {
    expect(shardPrefixProblem(prefix)).toBeUndefined();
  });

  it.each([
    ['', 'must hold'],
    ['auditforge/audit/', 'must hold'],
    ['auditforge/audit/engagement_id/', 'must hold'],
    ['logs/{engagement_id}/{engagement_id}/', 'must hold'],
    ['logs/{engagement_id}{engagement_id}/', 'must hold'],
    ['logs/x{engagement_id}/', 'must hold'],
    ['logs/{engagement_id}-logs/', 'must hold'],
    ['logs/{engagement_id}/x{engagement_id}/', 'must hold'],
    ['logs/{ENGAGEMENT_ID}/', 'must hold'],
    ['logs/{engagement_id}', 'must end with /'],
    ['logs/{engagement_id}/part-', 'must end with /'],
    ['/logs/{engagement_id}/', 'must not start with /'],
    ['logs//{engagement_id}/', 'empty segment'],
    ['logs/{engagement_id}//', 'empty segment'],
    ['logs /{engagement_id}/', 'must be of letters'],
    ['lögs/{engagement_id}/', 'must be of letters'],
    ['logs*/{engagement_id}/', 'must be of letters'],
    ['auditforge/engagements/{engagement_id}/', 'must not overlap'],
    ['auditforge/exports/{engagement_id}/', 'must not overlap'],
    ['auditforge/export-records/{engagement_id}/', 'must not overlap'],
    ['auditforge/exports/x/{engagement_id}/', 'must not overlap'],
    // The engagement `auditforge` would hold all the others.
    ['{engagement_id}/', 'must not overlap'],
    ['auditforge/{engagement_id}/', 'directly under auditforge/'],
  ])('may not be %j: it %s', (prefix, why) => {
    expect(shardPrefixProblem(prefix)).toContain(why);
  });
});

describe('the address of a store', () => {
  it.each(['https://s3.example.com', 'http://127.0.0.1:9000', 'http://minio:9000', 'https://example.com/s3'])(
    'may be %s',
    (address) => {
      expect(endpointProblem(address)).toBeUndefined();
    },
  );

  it.each([
    '',
    's3.example.com',
    '127.0.0.1:9000',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://',
    'https://user@example.com',
    'https://user:pw@example.com',
    'https://example.com?x=1',
    'https://example.com#x',
  ])('may not be %j', (address) => {
    expect(endpointProblem(address)).toBeDefined();
  });
});

describe('the address of a key set', () => {
  it.each([
    'https://idp.example.com/jwks',
    'http://localhost:9000/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]:9000/jwks',
  ])('may be %s', (address) => {
    expect(endpointProblem(address, true)).toBeUndefined();
  });

  it.each([
    'http://idp.example.com/jwks',
    'http://localhost.example.com/jwks',
    'http://10.0.0.1/jwks',
    'http://127.evil.example/jwks',
  ])('may not be %s, which anyone on the way could replace', (address) => {
    expect(endpointProblem(address, true)).toBe('must be an https:// address');
  });
});
