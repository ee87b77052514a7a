import type { RunPlan } from '../plan/run-plan.js';
import type { RunObjects } from '../store/run-objects.js';
import type { Trigger } from '../store/run-traffic.js';

/** What happens in the middle of a run: the client leaves, the log changes. */
export function triggersOf(
  { change, manners }: RunPlan,
  objects: RunObjects,
  leave: AbortController,
): Trigger[] {
  const triggers: Trigger[] = [];
  if (manners.kind === 'leaves at request') {
    triggers.push({ atRequest: manners.number, changesLog: false, act: () => leave.abort() });
  }
  if (change !== undefined) {
    const act = async () => {
      if (change.put !== undefined) await objects.putShard(change.put);
      if (change.remove !== undefined) await objects.removeShard(change.remove);
    };
    triggers.push({ atRequest: change.atRequest, changesLog: true, act });
  }
  return triggers;
}
