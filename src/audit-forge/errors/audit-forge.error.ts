import { PROBLEMS, type ErrorCode } from './problems.js';

/** One parameter of a request that is not valid, and why. */
export interface ParameterProblem {
  parameter: string;
  detail: string;
}

export interface AuditForgeErrorOptions {
  /** The sentence that a client reads: what is wrong and what would be right. Default: the code's own. */
  detail?: string;
  /** For `invalid_parameters`: every offending one. */
  errors?: ParameterProblem[];
  /** For the log alone, never for a client: bucket, key, shard, line and the like. */
  context?: Record<string, unknown>;
  /** Seconds that a client should wait, for the statuses that have `Retry-After`. */
  retryAfter?: number;
  /** Methods that the address takes, for `method_not_allowed`. */
  allow?: string;
  cause?: unknown;
}

/** The one error class of the module: a stable `code`, a sentence for the client, a context for the log. */
export class AuditForgeError extends Error {
  override readonly name: string = 'AuditForgeError';
  readonly detail: string;
  readonly errors: readonly ParameterProblem[] | undefined;
  readonly context: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;
  readonly allow: string | undefined;

  constructor(
    readonly code: ErrorCode,
    options: AuditForgeErrorOptions = {},
  ) {
    const detail = options.detail ?? PROBLEMS[code][2];
    super(`${code}: ${detail}`, { cause: options.cause });
    this.detail = detail;
    this.errors = options.errors;
    this.context = options.context ?? {};
    this.retryAfter = options.retryAfter ?? (this.status === 503 || this.status === 429 ? 5 : undefined);
    this.allow = options.allow;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  get title(): string {
    return PROBLEMS[this.code][1];
  }
}
