import type { Fault, StoreRequest } from '../../support/faults/fault.js';
import type { FaultPlan } from '../plan/fault-plan.js';
import { isFatal, nameOf } from '../plan/random-fault.js';
import { textOf, type RequestIdentity } from '../plan/request-identity.js';

/** Something that is to happen when the service sends its so-manieth request. */
export interface Trigger {
  atRequest: number;
  changesLog: boolean;
  act: () => Promise<void> | void;
}

const WRITES = /^(Put|Upload|Create|Complete|Copy)/;

/** What one run's export does at the store, and what is done to it there. */
export class RunTraffic {
  /** Faults so far, by name. */
  readonly faults = new Map<string, number>();
  /** There was a fault that no other try gets over. */
  hasFatalFault = false;
  /** The log is being changed, or has been. */
  hasChanged = false;
  listings = 0;
  writes = 0;
  /** Multipart uploads that were asked for. */
  uploads = 0;
  /** `performance.now()` of the last request. */
  lastRequestAt = 0;
  private requests = 0;
  private isOver = false;

  constructor(
    private readonly plan: FaultPlan,
    private readonly triggers: readonly Trigger[],
    private readonly tell: (line: string) => void,
  ) {}

  /** No more faults, and nothing counted. */
  end(): void {
    this.isOver = true;
  }

  has(...faults: string[]): boolean {
    return faults.some((name) => this.faults.has(name));
  }

  /** The most often that any one thing was asked for. */
  get mostTries(): number {
    return this.plan.mostTries;
  }

  async onRequest(identity: RequestIdentity, request: StoreRequest): Promise<Fault | undefined> {
    if (this.isOver) return undefined;
    this.requests++;
    this.lastRequestAt = performance.now();
    if (identity.what === 'listing') this.listings++;
    if (WRITES.test(identity.operation)) this.writes++;
    if (identity.operation === 'CreateMultipartUpload') this.uploads++;
    const fault = this.plan.faultFor(identity, request);
    if (fault !== undefined) this.count(fault);
    this.tell(`${textOf(identity)}${fault === undefined ? '' : `: ${JSON.stringify(fault)}`}`);
    const number = this.requests;
    for (const trigger of this.triggers) {
      if (trigger.atRequest !== number) continue;
      if (trigger.changesLog) this.hasChanged = true;
      await trigger.act();
    }
    return fault;
  }

  private count(fault: Fault): void {
    const name = nameOf(fault);
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
    if (isFatal(fault)) this.hasFatalFault = true;
  }
}
