/**
 * Every error that a client can see: its stable code, status and title, and the sentence used where the
 * place that raises it has nothing more exact to say. The one table of codes and statuses.
 */
export const PROBLEMS = {
  malformed_request: [
    400,
    'Malformed request',
    'The request cannot be decoded. Percent-encode the path as UTF-8.',
  ],
  authentication_required: [401, 'Authentication required', 'Authentication required.'],
  engagement_out_of_scope: [
    403,
    'Engagement out of scope',
    'This session may not read this engagement. Ask for a session whose scope holds it.',
  ],
  cross_site_request: [
    403,
    'Cross-site request',
    'A page of another site may not do this. Use the page itself.',
  ],
  engagement_not_found: [404, 'Engagement not found', 'There is no engagement of this id. Check the id.'],
  export_not_found: [404, 'Export not found', 'This engagement has no export of this id. Check the id.'],
  not_found: [404, 'Not found', 'There is nothing at this address. Check the path, letter case included.'],
  method_not_allowed: [
    405,
    'Method not allowed',
    'This address does not take this method. Use one that Allow names.',
  ],
  snapshot_changed: [
    409,
    'The log changed while it was read',
    'A part of the log was replaced or removed while it was read, twice in a row. Try again.',
  ],
  export_finished: [409, 'Export finished', 'This export has ended and can no longer be cancelled.'],
  export_gone: [410, 'Export gone', 'The object of this export has been removed. Make a new export.'],
  body_too_large: [413, 'Body too large', 'The body is over 4 KiB. Send a smaller one.'],
  unsupported_media_type: [415, 'Unsupported media type', 'The body must be application/json.'],
  invalid_parameters: [422, 'Invalid parameters', 'A parameter is not valid.'],
  idempotency_key_reused: [
    422,
    'Idempotency key reused',
    'This Idempotency-Key was used with another body. Send a new key.',
  ],
  too_many_requests: [
    429,
    'Too many requests',
    'Too many requests at once. Try again after Retry-After seconds.',
  ],
  headers_too_large: [431, 'Headers too large', 'The headers are too large. Send at most 16 KiB of them.'],
  internal_error: [
    500,
    'Internal error',
    'Something went wrong here. Try again, and name the request_id if it happens again.',
  ],
  corrupt_shard: [
    502,
    'Corrupt shard',
    'A part of the stored log is damaged, so the log cannot be handed over. Tell the operator the request_id.',
  ],
  too_many_shards: [
    502,
    'Too many shards',
    'The stored log has more than 1,000,000 shards. Tell the operator the request_id.',
  ],
  invalid_engagement_record: [
    502,
    'Invalid engagement record',
    'The stored record of this engagement is not valid. Tell the operator the request_id.',
  ],
  invalid_export_record: [
    502,
    'Invalid export record',
    'The stored record of this export is not valid. Tell the operator the request_id.',
  ],
  source_bucket_not_allowed: [
    502,
    'Source bucket not allowed',
    'The bucket that the record of this engagement names is not allowed here. Tell the operator the request_id.',
  ],
  storage_access_denied: [
    502,
    'Storage access denied',
    'The store refused access to the log. Tell the operator the request_id.',
  ],
  storage_misconfigured: [
    502,
    'Storage misconfigured',
    'The store does not know the bucket of the log. Tell the operator the request_id.',
  ],
  storage_unavailable: [
    503,
    'Storage unavailable',
    'The store does not answer. Try again after Retry-After seconds.',
  ],
  session_keys_unavailable: [
    503,
    'Session keys unavailable',
    'The keys of session tokens cannot be fetched now. Try again after Retry-After seconds.',
  ],
  queue_unavailable: [
    503,
    'Queue unavailable',
    'The export queue does not answer. Try again after Retry-After seconds.',
  ],
  shutting_down: [
    503,
    'Shutting down',
    'This instance is shutting down. Try again after Retry-After seconds.',
  ],
  http_version_not_supported: [
    505,
    'HTTP version not supported',
    'A cut of the stream cannot be seen over HTTP/1.0. Use HTTP/1.1 (proxy_http_version 1.1 in nginx) or delivery=signed_url.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, detail: string]>;

export type ErrorCode = keyof typeof PROBLEMS;
