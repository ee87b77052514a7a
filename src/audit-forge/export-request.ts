import { LOG_FORMATS, type LogFormat } from './encoders/formats.js';
import { AuditForgeError, type ParameterProblem } from './errors/audit-forge.error.js';
import { ENGAGEMENT_ID } from './names.js';

export const EXPIRES_IN = { min: 60, max: 3600, default: 600 } as const;

/** What is asked for. Who asks is a parameter of its own: this part is not trusted. */
export interface ExportRequest {
  engagementId: string;
  /** Default: `jsonl`. */
  format?: LogFormat;
}

export interface SignedUrlRequest extends ExportRequest {
  /** Seconds that the link is to be valid for, 60 to 3600. Default: 600. */
  expiresIn?: number;
}

/**
 * Holds what an importing service asks for to the rules of the endpoint: an id becomes part of keys.
 * @throws AuditForgeError `invalid_parameters`
 */
export function checkedRequest(request: SignedUrlRequest): Required<SignedUrlRequest> {
  const { engagementId, format = 'jsonl', expiresIn = EXPIRES_IN.default } = request;
  const problems: ParameterProblem[] = [];
  if (!ENGAGEMENT_ID.test(engagementId)) {
    problems.push({ parameter: 'engagementId', detail: `must match ${ENGAGEMENT_ID.source}` });
  }
  if (!LOG_FORMATS.includes(format)) {
    problems.push({ parameter: 'format', detail: `must be ${LOG_FORMATS.join(' or ')}` });
  }
  if (!Number.isInteger(expiresIn) || expiresIn < EXPIRES_IN.min || expiresIn > EXPIRES_IN.max) {
    problems.push({
      parameter: 'expiresIn',
      detail: `must be a whole number of seconds from ${EXPIRES_IN.min} to ${EXPIRES_IN.max}`,
    });
  }
  if (problems.length > 0) throw invalidParameters(problems);
  return { engagementId, format, expiresIn };
}

/** Every offending parameter in one error, whose sentence names them too: old clients read nothing else. */
export function invalidParameters(errors: ParameterProblem[]): AuditForgeError {
  const detail = errors.map(({ parameter, detail: why }) => `${JSON.stringify(parameter)} ${why}`).join('. ');
  return new AuditForgeError('invalid_parameters', { detail: `${detail}.`, errors });
}
