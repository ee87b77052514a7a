import type { ExportRequested } from '../records/export-record.js';

/** What was asked for under a key. */
export interface Claim {
  exportId: string;
  format: ExportRequested['format'];
  expiresIn: number;
}

export const KEPT_SECONDS = 24 * 3600;

/** Idempotency keys (draft-ietf-httpapi-idempotency-key-header): the same request twice is one export. */
export abstract class IdempotencyKeys {
  /**
   * Keeps the claim, unless there is one under this name.
   * @returns the one that is kept
   * @throws AuditForgeError `queue_unavailable`
   */
  abstract claim(name: string, claim: Claim): Promise<Claim>;

  /** For a request that was refused after all. */
  abstract release(name: string): Promise<void>;
}
