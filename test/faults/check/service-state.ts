import { ExportSlots } from '../../../src/audit-forge/export-slots.js';
import { ExportKeys } from '../../../src/audit-forge/exports/export-keys.js';
import { ReadBudget } from '../../../src/audit-forge/shards/read-budget.js';
import type { ServiceOnFaults } from '../store/service-on-faults.js';

/** Numbers by what they count. */
export type Counts = Record<string, number>;

/** What the service holds for exports that are under way: nothing, when none is. */
export function heldByService({ service, proxy }: ServiceOnFaults): Counts {
  const { segments, parts, requests } = service.nest.get(ReadBudget, { strict: false });
  const counts: Counts = { 'unanswered requests to the store': proxy.active };
  for (const [name, pool] of Object.entries({ segments, parts, requests })) {
    counts[`${name} in use`] = pool.inUse;
    counts[`waiting for ${name}`] = pool.queued;
  }
  // No one but a check needs these two, so they are private.
  const slots = service.nest.get<ExportSlots, { running: number }>(ExportSlots, { strict: false });
  const keys = service.nest.get<ExportKeys, { reserved: Set<string> }>(ExportKeys, { strict: false });
  return { ...counts, 'exports running': slots.running, 'keys reserved': keys.reserved.size };
}

/** What was ever held of a budget beyond its capacity. */
export function overBudget({ service }: ServiceOnFaults): Counts {
  const { segments, parts, requests } = service.nest.get(ReadBudget, { strict: false });
  const counts: Counts = {};
  for (const [name, pool] of Object.entries({ segments, parts, requests })) {
    counts[`${name} over capacity`] = Math.max(0, pool.peak - pool.capacity);
  }
  return counts;
}

/** Memory that the service keeps for good, up to its budget. */
export function keptMemory({ service }: ServiceOnFaults): number {
  const { segments, parts } = service.nest.get(ReadBudget, { strict: false });
  return segments.held + parts.held;
}
