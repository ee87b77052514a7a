import { hasCode } from '../errors/has-code.js';
import { NOT_BEGUN, type ExportProgress } from '../export-runner.js';
import { Turns } from '../turns/turns.js';
import { callerKey } from '../auth/caller.js';
import { assertRoom } from './assert-room.js';
import { callerOfJob, type ExportJob } from './export-job.js';
import { ExportQueue, type Backlog, type Decision, type JobView } from './export-queue.js';
import type { ExportWorker } from './export-worker.js';
import { JobEnded, type JobRun } from './job-run.js';

/** Queued exports that are worked on at once; further ones leave the slots to those who wait for an answer. */
export const WORKED_ON_AT_ONCE = 4;

interface Entry {
  job: ExportJob;
  caller: string;
  state: JobView['state'];
  progress: () => ExportProgress;
  decision: Decision | undefined;
  cancel: AbortController;
  ended: Promise<void>;
}

/** The queue of one process. What it holds ends with the process. */
export class InProcessQueue extends ExportQueue {
  readonly isShared = false;
  private readonly entries = new Map<string, Entry>();
  private readonly turns = new Turns(WORKED_ON_AT_ONCE, { shareWhileOthersWait: 0.5 });

  constructor(private readonly worker: () => ExportWorker) {
    super();
  }

  /** Reserved by `ExportKeys` already, which is of this process too. */
  async claimKey(): Promise<boolean> {
    return true;
  }

  async assertRoom(job: ExportJob): Promise<void> {
    assertRoom({
      all: this.count(() => true),
      ofCaller: this.count((entry) => entry.caller === callerKey(callerOfJob(job))),
      isSession: job.caller.kind === 'session',
    });
  }

  async add(job: ExportJob): Promise<void> {
    await this.assertRoom(job);
    const entry: Entry = {
      job,
      caller: callerKey(callerOfJob(job)),
      state: 'queued',
      progress: () => NOT_BEGUN,
      decision: undefined,
      cancel: new AbortController(),
      ended: Promise.resolve(),
    };
    this.entries.set(job.exportId, entry);
    entry.ended = this.work(entry).finally(() => this.entries.delete(job.exportId));
  }

  async backlog(): Promise<Backlog> {
    const [next] = [...this.entries.values()].filter(({ state }) => state === 'queued');
    const queued = this.count(() => true);
    const oldestAt = next === undefined ? null : Date.parse(next.job.requestedAt);
    return { queued, running: this.entries.size - queued, oldestAt };
  }

  async find(exportId: string): Promise<JobView | undefined> {
    const entry = this.entries.get(exportId);
    return entry && { state: entry.state, progress: entry.progress() };
  }

  async settled(exportId: string, signal: AbortSignal): Promise<void> {
    const entry = this.entries.get(exportId);
    if (entry === undefined || signal.aborted) return;
    const over = Promise.withResolvers<void>();
    const onAbort = () => over.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([entry.ended, over.promise]);
    signal.removeEventListener('abort', onAbort);
  }

  async cancel(exportId: string): Promise<boolean> {
    const entry = this.entries.get(exportId);
    if (entry === undefined || entry.decision === 'ends') return false;
    entry.decision = 'cancelled';
    entry.cancel.abort(new JobEnded('the export was cancelled'));
    return true;
  }

  private async work(entry: Entry): Promise<void> {
    const { job, caller, cancel } = entry;
    try {
      const release = await this.turns.take(1, { caller, export: job.exportId }, cancel.signal);
      try {
        entry.state = 'running';
        await this.worker().run(job, runOf(entry));
      } finally {
        release();
      }
    } catch (error) {
      // What an export fails with is on record: here it was cancelled, or not begun before the process stopped.
      if (!(error instanceof JobEnded || hasCode(error, 'shutting_down'))) throw error;
    }
  }

  private count(which: (entry: Entry) => boolean): number {
    let count = 0;
    for (const entry of this.entries.values()) if (entry.state === 'queued' && which(entry)) count++;
    return count;
  }
}

function runOf(entry: Entry): JobRun {
  return {
    signal: entry.cancel.signal,
    outlivesProcess: false,
    onProgress: (progress) => (entry.progress = progress),
    completing: async () => [],
    decide: async () => {
      if (entry.decision === 'cancelled') throw new JobEnded('the export was cancelled');
      entry.decision = 'ends';
    },
  };
}
