import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { ErrorCode } from '../errors/problems.js';

/** Why a call to the store did not do what was asked, whatever the store calls it. */
export type S3FailureReason =
  | 'missing'
  | 'precondition_failed'
  | 'conflict'
  | 'access_denied'
  /** Temporary ones whose time is over; others may be had. */
  | 'credentials_ended'
  | 'misconfigured'
  | 'not_implemented'
  | 'transient'
  | 'other';

const CODE_OF_REASON: Record<S3FailureReason, ErrorCode> = {
  missing: 'storage_unavailable',
  precondition_failed: 'storage_unavailable',
  conflict: 'storage_unavailable',
  access_denied: 'storage_access_denied',
  credentials_ended: 'storage_access_denied',
  misconfigured: 'storage_misconfigured',
  not_implemented: 'storage_unavailable',
  transient: 'storage_unavailable',
  other: 'storage_unavailable',
};

/** A call to the store that failed for good. Who expects a reason (a key that may be missing) looks at it. */
export class S3Failure extends AuditForgeError {
  constructor(
    readonly reason: S3FailureReason,
    cause: unknown,
    context: Record<string, unknown>,
  ) {
    super(CODE_OF_REASON[reason], { cause, context: { ...context, reason } });
  }
}

/** A conditional write was refused: the key has an object, or is being given one. */
export function isKeyTaken(error: unknown): error is S3Failure {
  return (
    error instanceof S3Failure && (error.reason === 'precondition_failed' || error.reason === 'conflict')
  );
}

const REASON_OF_NAME: Record<string, S3FailureReason> = {
  NoSuchKey: 'missing',
  NoSuchVersion: 'missing',
  NotFound: 'missing',
  NoSuchUpload: 'missing',
  PreconditionFailed: 'precondition_failed',
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  AccessDenied: 'access_denied',
  AllAccessDisabled: 'access_denied',
  AccountProblem: 'access_denied',
  // As after a rotation that removed the old key.
  InvalidAccessKeyId: 'credentials_ended',
  SignatureDoesNotMatch: 'access_denied',
  ExpiredToken: 'credentials_ended',
  ExpiredTokenException: 'credentials_ended',
  TokenRefreshRequired: 'credentials_ended',
  InvalidToken: 'credentials_ended',
  CredentialsProviderError: 'access_denied',
  NoSuchBucket: 'misconfigured',
  InvalidBucketName: 'misconfigured',
  PermanentRedirect: 'misconfigured',
  TemporaryRedirect: 'misconfigured',
  AuthorizationHeaderMalformed: 'misconfigured',
  IllegalLocationConstraintException: 'misconfigured',
  NotImplemented: 'not_implemented',
  RequestTimeTooSkewed: 'transient',
  RequestTimeout: 'transient',
  TimeoutError: 'transient',
  SlowDown: 'transient',
  ServiceUnavailable: 'transient',
  InternalError: 'transient',
  IncompleteBody: 'transient',
  BadDigest: 'transient',
  XAmzContentSHA256Mismatch: 'transient',
};

const REASON_OF_STATUS: Record<number, S3FailureReason> = {
  301: 'misconfigured',
  307: 'misconfigured',
  401: 'access_denied',
  403: 'access_denied',
  404: 'missing',
  408: 'transient',
  409: 'conflict',
  412: 'precondition_failed',
  429: 'transient',
  501: 'not_implemented',
};

const CONNECTION_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

/** `HPE_…`: what came is no HTTP, as after a proxy that was cut. */
function isBrokenConnection(code: string | undefined): boolean {
  return code !== undefined && (CONNECTION_CODES.has(code) || code.startsWith('HPE_'));
}

/** The one predicate that recognises the SDK's and the store's errors. */
export function reasonOf(error: unknown): S3FailureReason {
  if (typeof error !== 'object' || error === null) return 'other';
  const { name, code, $metadata } = error as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const named = REASON_OF_NAME[name ?? ''];
  if (named !== undefined) return named;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return isBrokenConnection(code) || '$response' in error ? 'transient' : 'other';
  // A 200 that cannot be read was cut or holds an error: what it did is not known, so ask again.
  if (status < 300) return 'transient';
  return REASON_OF_STATUS[status] ?? (status >= 500 ? 'transient' : 'other');
}
