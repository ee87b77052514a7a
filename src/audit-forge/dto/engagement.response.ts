import type { Engagement } from '../engagements/engagement.js';

/** The six fields that a client sees of an engagement, whatever else its record holds. */
export type EngagementResponse = Omit<Engagement, 'source_account'>;

export function engagementResponse(engagement: Engagement): EngagementResponse {
  const { id, name, status, source_bucket, source_region, created_at } = engagement;
  return { id, name, status, source_bucket, source_region, created_at };
}
