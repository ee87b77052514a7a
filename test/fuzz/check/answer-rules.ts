import { PROBLEMS, type ErrorCode } from '../../../src/audit-forge/errors/problems.js';
import { ADMIN_TOKEN, SESSION_SECRET } from '../../support/session-tokens.js';
import { valuesOf, type WireAnswer } from '../wire/answer.js';
import { must } from './must.js';

const ON_EVERY_ANSWER = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const NEVER = ['x-powered-by', 'etag', 'server'];
const FIELDS = ['type', 'title', 'status', 'detail', 'code', 'request_id'];
const SENTENCE = /^[A-Z"'].*\.$/s;
/** Stacks, places of files, S3's XML, ARNs, links, keys of the store. */
const INTERNALS =
  /\bat .{1,200}:\d+:\d+|node_modules|\.[jt]s:\d|<Error>|<\?xml|arn:aws|X-Amz-|auditforge\/(audit|exports|engagements)\//i;

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  request_id: string;
  errors?: Array<{ parameter: string; detail: string }>;
}

/**
 * What holds for every answer, whatever was asked.
 * @param hidden names that no client may learn
 * @returns status and code, as they are counted and expected: `422 invalid_parameters`, `200`
 */
export function checkAnswer(answer: WireAnswer, method: string, hidden: readonly string[]): string {
  const shown = () => showAnswer(answer);
  for (const [name, value] of Object.entries(ON_EVERY_ANSWER)) {
    const values = valuesOf(answer, name);
    must(values.length === 1 && values[0] === value, () => `${name} is not ${value}: ${shown()}`);
  }
  for (const name of NEVER) must(valuesOf(answer, name).length === 0, () => `There is ${name}: ${shown()}`);
  const [requestId, ...others] = valuesOf(answer, 'x-request-id');
  must(
    requestId !== undefined && others.length === 0 && /^[A-Za-z0-9._-]{1,64}$/.test(requestId),
    () => `There is not one X-Request-Id: ${shown()}`,
  );
  const { status } = answer;
  must(status === 200 || status === 204 || status >= 400, () => `No answer is ${status}: ${shown()}`);
  if (status < 400) return String(status);
  must(
    valuesOf(answer, 'content-type').join() === 'application/problem+json',
    () => `An error is no problem document: ${shown()}`,
  );
  checkHeadersOf(answer, shown);
  return method === 'HEAD' && answer.body.length === 0
    ? String(status)
    : `${status} ${checkProblem(answer, requestId, hidden, shown)}`;
}

export function showAnswer({ status, headers, body, cut }: WireAnswer): string {
  const text = body.subarray(0, 800).toString('latin1');
  return JSON.stringify({ status, headers: Object.fromEntries(headers), body: text, cut });
}

function checkHeadersOf(answer: WireAnswer, shown: () => string): void {
  const { status } = answer;
  const needs = (name: string, value: RegExp) =>
    must(value.test(valuesOf(answer, name).join()), () => `A ${status} has no right ${name}: ${shown()}`);
  must(status !== 500, () => `Something broke: ${shown()}`);
  if (status === 401) needs('www-authenticate', /^Bearer$/);
  if (status === 405) needs('allow', /^[A-Z]+(, [A-Z]+)*$/);
  if (status === 429 || status === 503) needs('retry-after', /^[1-9]\d*$/);
}

function checkProblem(
  { status, body }: WireAnswer,
  requestId: string,
  hidden: readonly string[],
  shown: () => string,
): ErrorCode {
  const text = body.toString();
  const problem = JSON.parse(text) as Problem;
  const { code, errors } = problem;
  must(Object.hasOwn(PROBLEMS, code), () => `This code is none: ${shown()}`);
  const [fixedStatus, title] = PROBLEMS[code];
  must(fixedStatus === status && problem.status === status, () => `${code} is not ${status}: ${shown()}`);
  must(problem.title === title, () => `This is not the title of ${code}: ${shown()}`);
  must(problem.type === `urn:auditforge:problem:${code}`, () => `This is not its type: ${shown()}`);
  must(problem.request_id === requestId, () => `The request ids differ: ${shown()}`);
  must(SENTENCE.test(problem.detail), () => `The detail is no sentence: ${shown()}`);
  const fields = code === 'invalid_parameters' ? [...FIELDS, 'errors'] : FIELDS;
  must(Object.keys(problem).join() === fields.join(), () => `These are not its fields: ${shown()}`);
  if (code === 'invalid_parameters') must(areErrors(errors), () => `The errors are none: ${shown()}`);
  if (code === 'authentication_required')
    must(problem.detail === 'Authentication required.', () => `A 401 tells too much: ${shown()}`);
  must(!INTERNALS.test(text), () => `An error tells of the inside: ${shown()}`);
  for (const secret of [ADMIN_TOKEN, SESSION_SECRET, ...hidden])
    must(!text.includes(secret), () => `An error tells ${secret}: ${shown()}`);
  return code;
}

function areErrors(errors: Problem['errors']): boolean {
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(({ parameter, detail }) => typeof parameter === 'string' && /\S/.test(detail))
  );
}
