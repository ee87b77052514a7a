import { describe, expect, it } from '@jest/globals';
import { problemHeaders, problemOf } from '../http/problem.js';
import { AuditForgeError } from './audit-forge.error.js';
import { PROBLEMS, type ErrorCode } from './problems.js';

/** The contract: these codes, these statuses. */
const STATUS_OF_CODE: Record<ErrorCode, number> = {
  malformed_request: 400,
  authentication_required: 401,
  engagement_out_of_scope: 403,
  cross_site_request: 403,
  engagement_not_found: 404,
  export_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
  snapshot_changed: 409,
  export_finished: 409,
  export_gone: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_parameters: 422,
  idempotency_key_reused: 422,
  too_many_requests: 429,
  headers_too_large: 431,
  internal_error: 500,
  corrupt_shard: 502,
  too_many_shards: 502,
  invalid_engagement_record: 502,
  invalid_export_record: 502,
  source_bucket_not_allowed: 502,
  storage_access_denied: 502,
  storage_misconfigured: 502,
  storage_unavailable: 503,
  session_keys_unavailable: 503,
  queue_unavailable: 503,
  shutting_down: 503,
  http_version_not_supported: 505,
};
const rows = Object.entries(STATUS_OF_CODE) as Array<[ErrorCode, number]>;

describe('the table of problems', () => {
  it('has the codes of the contract and no others', () => {
    expect(Object.keys(PROBLEMS).toSorted()).toEqual(Object.keys(STATUS_OF_CODE).toSorted());
  });

  it.each(rows)('%s is a %i with a title and a sentence', (code, status) => {
    const problem = problemOf(
      new AuditForgeError(code, { context: { secret: 'x' }, cause: new Error('x') }),
      'r-1',
    );
    expect(problem).toEqual({
      type: `urn:auditforge:problem:${code}`,
      title: expect.stringMatching(/^[A-Z]/),
      status,
      detail: expect.stringMatching(/^[A-Z].*\.$/),
      code,
      request_id: 'r-1',
    });
  });

  it.each(rows.filter(([, status]) => status === 503 || status === 429))(
    '%s (%i) says when to come back',
    (code) => {
      expect(problemHeaders(new AuditForgeError(code))).toMatchObject({ 'Retry-After': '5' });
      expect(problemHeaders(new AuditForgeError(code, { retryAfter: 10 }))).toMatchObject({
        'Retry-After': '10',
      });
    },
  );

  it.each(rows.filter(([, status]) => status !== 503 && status !== 429))('%s (%i) does not', (code) => {
    expect(problemHeaders(new AuditForgeError(code))).not.toHaveProperty('Retry-After');
  });

  it('says how to authenticate, and that alone', () => {
    const error = new AuditForgeError('authentication_required');
    expect(error.detail).toBe('Authentication required.');
    expect(problemHeaders(error)).toEqual({
      'Content-Type': 'application/problem+json',
      'WWW-Authenticate': 'Bearer',
    });
  });

  it('says which methods an address takes', () => {
    expect(problemHeaders(new AuditForgeError('method_not_allowed', { allow: 'GET, HEAD' }))).toMatchObject({
      Allow: 'GET, HEAD',
    });
  });
});
