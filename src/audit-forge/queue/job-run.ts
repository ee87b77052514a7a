import type { ExportProgress } from '../export-runner.js';
import type { WrittenObject } from '../exports/written-object.js';
import type { ExportDone } from '../records/export-record.js';

/** What a run is about to complete, so that who takes over can tell it from a stranger's. */
export interface Completing {
  /** null where the log has no event, and there is none. */
  object: CompletingObject | null;
  /** Its record, but for the version. */
  done: ExportDone;
}

export interface CompletingObject {
  key: string;
  written: WrittenObject;
  /** null where it is one put. */
  uploadId: string | null;
}

/** What a queue gives to who does a job, and is told. */
export interface JobRun {
  signal: AbortSignal;
  /** Whether another process goes on with the job when this one stops. */
  outlivesProcess: boolean;
  onProgress(progress: () => ExportProgress): void;
  /** What all runs of the same job were about to complete until now, oldest first. */
  completing(): Promise<readonly Completing[]>;
  /**
   * Decides that the export ends, and no longer can be cancelled.
   * @param completing undefined where it has failed
   * @throws JobEnded where that cannot be decided any more, or not by this run
   */
  decide(completing?: Completing): Promise<void>;
}

/** The job is no longer this process's: it was cancelled, or another process does it. */
export class JobEnded extends Error {
  override readonly name = 'JobEnded';
}

/** Another run of the same job has written the object already. */
export class AlreadyWritten extends Error {
  override readonly name = 'AlreadyWritten';

  constructor(readonly done: ExportDone) {
    super('another run has written the object');
  }
}
