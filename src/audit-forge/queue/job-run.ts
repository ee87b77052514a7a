import type { ExportProgress } from '../export-runner.js';
import type { WrittenObject } from '../exports/written-object.js';
import type { ExportDone } from '../records/export-record.js';

/** An object that is about to be completed, so that who takes over can tell it from a stranger's. */
export interface Completing {
  key: string;
  written: WrittenObject;
  /** Its record, but for the version. */
  done: ExportDone;
}

/** What a queue gives to who does a job, and is told. */
export interface JobRun {
  signal: AbortSignal;
  /** Whether another process goes on with the job when this one stops. */
  outlivesProcess: boolean;
  onProgress(progress: () => ExportProgress): void;
  /** What an earlier run of the same job was about to complete. */
  completing(): Promise<Completing | undefined>;
  /**
   * Decides that the export completes, and no longer can be cancelled.
   * @throws JobEnded where that cannot be decided any more
   */
  decide(completing: Completing): Promise<void>;
}

/** The job is no longer this process's: it was cancelled, or another process does it. */
export class JobEnded extends Error {
  override readonly name = 'JobEnded';
}

/** An earlier run of the same job has written the object already. */
export class AlreadyWritten extends Error {
  override readonly name = 'AlreadyWritten';

  constructor(readonly done: ExportDone) {
    super('an earlier run has written the object');
  }
}
