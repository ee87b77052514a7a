import type { Fault, StoreRequest } from '../../support/faults/fault.js';
import { identityOf } from '../plan/request-identity.js';
import type { RunTraffic } from './run-traffic.js';

/** Sends each request that the proxy sees to the run that it belongs to. */
export class Traffic {
  private readonly runs = new Map<string, RunTraffic>();

  begin(engagement: string, traffic: RunTraffic): void {
    this.runs.set(engagement, traffic);
  }

  end(engagement: string): void {
    this.runs.delete(engagement);
  }

  onRequest(request: StoreRequest): Promise<Fault | undefined> | undefined {
    const identity = identityOf(request);
    return identity && this.runs.get(identity.engagement)?.onRequest(identity, request);
  }
}
