import { MAX_ATTEMPTS } from '../../../src/audit-forge/s3/retry.js';
import { referenceLog, type ReferenceLog } from '../log/reference-log.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { RunTraffic } from '../store/run-traffic.js';

/** What an answer is held against: the log, and what has happened to it and at the store so far. */
export class Circumstances {
  readonly before: ReferenceLog;
  private readonly after: ReferenceLog | undefined;

  constructor(
    { shards, change, format }: RunPlan,
    readonly traffic: RunTraffic,
  ) {
    this.before = referenceLog(shards, format);
    this.after = change && referenceLog(change.after, format);
  }

  get hasChanged(): boolean {
    return this.after !== undefined && this.traffic.hasChanged;
  }

  /** The log, and where it has changed the one that it has become: an export is of either. */
  get expected(): readonly ReferenceLog[] {
    return this.after !== undefined && this.hasChanged ? [this.before, this.after] : [this.before];
  }

  get isCorrupt(): boolean {
    return this.expected.some(({ isCorrupt }) => isCorrupt);
  }

  /** The service may have given up: it tries no call more often than this. */
  get haveWornOut(): boolean {
    return this.traffic.mostTries >= MAX_ATTEMPTS;
  }

  /** There was something that an export may fail for. All other faults it has to get over. */
  get areBad(): boolean {
    return this.traffic.hasFatalFault || this.haveWornOut || this.hasChanged || this.isCorrupt;
  }
}
