import { AuditForgeProblem } from './errors.js';

/** Reads the problem out of an answer whose status is an error. Never throws, whatever the body holds. */
export async function readProblem(response: Response): Promise<AuditForgeProblem> {
  const body = await readObject(response);
  return new AuditForgeProblem(
    response.status,
    text(body['code']),
    text(body['detail']) ?? `The service answered with status ${response.status}.`,
    text(body['request_id']) ?? response.headers.get('x-request-id'),
    secondsUntilRetry(response.headers.get('retry-after')),
    parametersOf(body['errors']),
  );
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Retry-After is seconds or a date (RFC 9110, 10.2.3). */
export function secondsUntilRetry(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header);
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

function parametersOf(errors: unknown): { parameter: string; detail: string }[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const { parameter, detail } = (error ?? {}) as Record<string, unknown>;
    return typeof parameter === 'string' && typeof detail === 'string' ? [{ parameter, detail }] : [];
  });
}
