import type { AuditForgeProblem } from '../api/errors.js';
import type { components } from '../api/schema.js';

/** Codes of answers, and the reasons for which an export that was accepted came to nothing. */
type Code = components['schemas']['Problem']['code'] | 'lost_at_restart' | 'cancelled';

const OPERATOR = 'Tell whoever runs AuditForge, with the reference.';

/** What each problem means to the reader, and what to do about it. A code without words does not compile. */
export const PROBLEM_WORDS: Record<Code, (problem: AuditForgeProblem) => string> = {
  authentication_required: () => 'Your session has ended. Sign in again to go on.',
  engagement_out_of_scope: () =>
    'Your session does not cover this engagement. Ask whoever gave you the session token for one that does.',
  cross_site_request: () =>
    'The request seemed to come from another site and was refused. Open this page from its own address and try again.',
  engagement_not_found: () => 'There is no engagement with this id. Check the id, or pick one from the list.',
  export_not_found: () => 'This export is not known. Make a new one.',
  export_finished: () => 'This export has already finished, so it cannot be cancelled.',
  export_gone: () => 'The file of this export has been removed. Make a new one.',
  lost_at_restart: () => 'The service was restarted before this export was done. Make a new one.',
  cancelled: () => 'This export was cancelled, so there is no file of it. Make a new one.',
  snapshot_changed: () =>
    'The log changed while it was being read. Wait until the audit has stopped writing, then try again.',
  too_many_requests: ({ retryAfterSeconds }) =>
    `That was too often within a minute, or too many exports are running. Try again ${after(retryAfterSeconds)}.`,
  corrupt_shard: () =>
    `A part of this log is damaged, so nothing was exported: an incomplete log must not be handed over. ${OPERATOR}`,
  too_many_shards: () => `This log has more parts than can be exported at once. ${OPERATOR}`,
  invalid_engagement_record: () => `The record of this engagement is not valid. ${OPERATOR}`,
  invalid_export_record: () => `The record of this export is not valid. Make a new one. ${OPERATOR}`,
  source_bucket_not_allowed: () =>
    `This engagement keeps its log in a place that AuditForge may not read. ${OPERATOR}`,
  storage_access_denied: () =>
    `AuditForge is not allowed to read or write where this log is kept. ${OPERATOR}`,
  storage_misconfigured: () =>
    `The place where this log is kept does not exist or is set up wrongly. ${OPERATOR}`,
  storage_unavailable: ({ retryAfterSeconds }) =>
    `The storage is not answering at the moment. Nothing is lost; try again ${after(retryAfterSeconds)}.`,
  session_keys_unavailable: ({ retryAfterSeconds }) =>
    `Your session cannot be checked at the moment. You are still signed in; try again ${after(retryAfterSeconds)}.`,
  queue_unavailable: ({ retryAfterSeconds }) =>
    `Exports cannot be queued at the moment. Try again ${after(retryAfterSeconds)}.`,
  shutting_down: ({ retryAfterSeconds }) =>
    `The service is being restarted. Try again ${after(retryAfterSeconds)}.`,
  internal_error: () => `The service failed unexpectedly. Try again; if it stays so: ${lower(OPERATOR)}`,
  invalid_parameters: ({ detail }) => `The service did not accept the request: ${detail}`,
  idempotency_key_reused: () =>
    'This request was sent before with other choices. Reload the page and try again.',
  not_found: () => 'The service does not know this address. Reload the page and try again.',
  method_not_allowed: misunderstood,
  malformed_request: misunderstood,
  body_too_large: misunderstood,
  unsupported_media_type: misunderstood,
  headers_too_large: () =>
    'The browser sends more cookies to this site than it takes. Clear the cookies of this site and sign in again.',
  http_version_not_supported: () =>
    `A proxy in between speaks HTTP/1.0, over which a log that was cut would look whole. ${OPERATOR}`,
};

/** Where an answer has no body (HEAD), the code that its status stands for when an audit log is asked for. */
export const CODE_OF_STATUS: Readonly<Record<number, Code>> = {
  400: 'malformed_request',
  401: 'authentication_required',
  403: 'engagement_out_of_scope',
  404: 'engagement_not_found',
  409: 'snapshot_changed',
  429: 'too_many_requests',
  431: 'headers_too_large',
  500: 'internal_error',
  503: 'storage_unavailable',
  505: 'http_version_not_supported',
};

function misunderstood(): string {
  return `This page and the service do not understand each other. Reload the page; if it stays so: ${lower(OPERATOR)}`;
}

function after(seconds: number | null): string {
  if (seconds === null || seconds === 0) return 'in a moment';
  return seconds === 1 ? 'in 1 second' : `in ${seconds} seconds`;
}

const lower = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);
