import type { ExportProgress } from '../export-runner.js';
import type { ExportJob } from './export-job.js';

/** How an export that has not ended stands. */
export interface JobView {
  state: 'queued' | 'running';
  progress: ExportProgress;
}

/** What an operator wants to know of a queue. */
export interface Backlog {
  queued: number;
  running: number;
  /** Milliseconds since 1970 when the one that is next was queued; null: none waits. */
  oldestAt: number | null;
}

/**
 * Which of the two came first: nothing that ends by itself, done or failed, is cancelled, and nothing that is
 * cancelled ends otherwise.
 */
export type Decision = 'ends' | 'cancelled';

/** Accepted exports that wait for their turn, and those at work. */
export abstract class ExportQueue {
  /** Whether jobs outlive this process, and are done by any. */
  abstract readonly isShared: boolean;

  /**
   * Keeps the key for the export among all that share this queue.
   * @returns false where another export has it
   * @throws AuditForgeError `queue_unavailable`
   */
  abstract claimKey(name: string, exportId: string): Promise<boolean>;

  /** @throws AuditForgeError `too_many_requests`, `queue_unavailable` */
  abstract assertRoom(job: ExportJob): Promise<void>;

  /** @throws AuditForgeError `too_many_requests`, `queue_unavailable` */
  abstract add(job: ExportJob): Promise<void>;

  /** @throws AuditForgeError `queue_unavailable` */
  abstract backlog(): Promise<Backlog>;

  /**
   * @returns undefined where it is not queued or at work
   * @throws AuditForgeError `queue_unavailable`
   */
  abstract find(exportId: string): Promise<JobView | undefined>;

  /** Resolves once it is neither queued nor at work, or the signal ends. */
  abstract settled(exportId: string, signal: AbortSignal): Promise<void>;

  /**
   * Decides that it must not complete any more, and ends it.
   * @returns false where it is too late: it completes, or has ended
   * @throws AuditForgeError `queue_unavailable`
   */
  abstract cancel(exportId: string): Promise<boolean>;
}
