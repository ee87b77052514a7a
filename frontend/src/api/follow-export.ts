import { isPassing, retryAfterOf, withoutLink } from './errors.js';
import { asStanding, type Standing } from './export-answers.js';
import { pause } from './pause.js';
import { secondsUntilRetry } from './problem.js';
import { readJson } from './request.js';
import type { AuditLogSignedUrlResponse } from './types.js';
import type { WaitingForExport } from './waiting.js';

/** Where the service does not say when to ask again. */
export const USUAL_RETRY_SECONDS = 2;
/** Requests in a row that may fail while an export goes on elsewhere. */
const PATIENCE = 5;

/**
 * The link of an export, once it is ready: asks again as often as its answers say.
 * @param first the answer to the request for the export
 * @param ask for how it stands
 * @throws AuditForgeProblem if it has failed or was cancelled
 */
export async function followExport(
  first: Response,
  engagementId: string,
  ask: (exportId: string) => Promise<Response>,
  { signal, onProgress }: WaitingForExport,
): Promise<AuditLogSignedUrlResponse> {
  let response = first;
  for (;;) {
    const standing = asStanding(await readJson(response), engagementId);
    if (standing.state !== 'queued' && standing.state !== 'running') return linkOf(standing, first);
    onProgress?.(standing);
    const exportId = exportIdOf(first) ?? standing.export_id;
    const wait = secondsUntilRetry(response.headers.get('retry-after'));
    response = await askLater(() => ask(exportId), wait, signal);
  }
}

/** The link of an export that has ended. @throws AuditForgeProblem if there is none */
export function linkOf(standing: Standing, { status, headers }: Response): AuditLogSignedUrlResponse {
  if (standing.state === 'ready') return standing.link;
  throw withoutLink(standing, status, headers.get('x-request-id'));
}

/**
 * The export that an answer points to. Its address is built anew from this, so that a token goes nowhere but to the
 * service.
 */
export function exportIdOf(response: Response): string | null {
  const location = response.headers.get('location') ?? '';
  return /\/audit-log\/exports\/([A-Za-z0-9-]+)$/.exec(location)?.[1] ?? null;
}

async function askLater(
  ask: () => Promise<Response>,
  seconds: number | null,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let wait = seconds;
  for (let failures = 1; ; failures += 1) {
    await pause(Math.max(1, wait ?? USUAL_RETRY_SECONDS), signal);
    try {
      return await ask();
    } catch (error) {
      if (failures === PATIENCE || !isPassing(error)) throw error;
      wait = retryAfterOf(error);
    }
  }
}
