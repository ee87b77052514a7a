import type { Engagement } from './engagement.js';

/** Where engagements are known. A host may bind its own. */
export abstract class EngagementStore {
  /**
   * @param id a well-formed engagement id
   * @returns null where there is none
   */
  abstract find(id: string, signal: AbortSignal): Promise<Engagement | null>;
}
