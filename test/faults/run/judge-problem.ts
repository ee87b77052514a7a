import { PROBLEMS, type ErrorCode } from '../../../src/audit-forge/errors/problems.js';
import type { Circumstances } from './circumstances.js';
import type { Answer } from './client.js';
import { loud, wrong, type Verdict } from './verdict.js';

/** The failures that a store's faults may come to, and whether there was anything to come to them. */
const REASONS: Partial<Record<ErrorCode, (circumstances: Circumstances) => boolean>> = {
  corrupt_shard: ({ traffic, isCorrupt }) => traffic.has('flip') || isCorrupt,
  snapshot_changed: ({ traffic, hasChanged }) => hasChanged || traffic.has('other etag'),
  storage_access_denied: ({ traffic }) => traffic.has('403'),
  storage_unavailable: ({ traffic, haveWornOut }) =>
    haveWornOut || traffic.has('other content-range', 'ignored range'),
};

/** An answer with a status of an error: a proper problem with a reason, or wrong. */
export function judgeProblem(answer: Answer, circumstances: Circumstances): Verdict {
  const problem = problemOf(answer);
  if (problem === undefined) return wrong(`${answer.status} without a problem body`);
  const code = problem['code'] as ErrorCode;
  const known: readonly [number, string, string] | undefined = PROBLEMS[code];
  if (known === undefined) return wrong(`${answer.status} with the unknown code ${code}`);
  const [status, title] = known;
  const requestId = answer.headers['x-request-id'];
  const isProper =
    answer.status === status &&
    problem['status'] === status &&
    problem['title'] === title &&
    problem['type'] === `urn:auditforge:problem:${code}` &&
    typeof problem['detail'] === 'string' &&
    problem['request_id'] === requestId &&
    (status !== 503 || /^[1-9]\d*$/.test(answer.headers['retry-after'] ?? ''));
  if (!isProper) return wrong(`a problem body that is not right: ${JSON.stringify(problem)}`);
  const hasReason = REASONS[code];
  if (hasReason === undefined) return wrong(`${status} ${code}`);
  return hasReason(circumstances) ? loud(code) : wrong(`${code} without a reason`);
}

/** HEAD has no body, so its status is all that can be told. */
export function judgeHead(answer: Answer, { traffic, haveWornOut }: Circumstances): Verdict | undefined {
  if (answer.status === 0 || answer.isCut) return wrong('no answer to HEAD');
  if (answer.body.length > 0) return wrong('HEAD with a body');
  if (traffic.listings > 0 || traffic.writes > 0) return wrong('HEAD listed or wrote');
  if (answer.status === 200) return undefined;
  if (answer.status === 502 && traffic.has('403')) return undefined;
  return answer.status === 503 && haveWornOut ? undefined : wrong(`${answer.status} to HEAD`);
}

function problemOf({ headers, body }: Answer): Record<string, unknown> | undefined {
  if (headers['content-type'] !== 'application/problem+json') return undefined;
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
