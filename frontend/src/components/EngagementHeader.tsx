import type { Engagement } from '../api/types.js';
import { calendarDay } from '../words/times.js';

export type Heading = 'h1' | 'h2' | 'h3';

export function EngagementHeader({
  engagement,
  heading: Name,
}: {
  engagement: Engagement;
  heading: Heading;
}) {
  const created = new Date(engagement.created_at);
  return (
    <div className="af-about">
      <Name className="af-name">{engagement.name}</Name>
      <dl className="af-facts">
        <div>
          <dt>Engagement</dt>
          <dd className="af-id">{engagement.id}</dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd className="af-status" data-status={engagement.status}>
            {engagement.status}
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            {Number.isNaN(created.getTime()) ? (
              engagement.created_at
            ) : (
              <time dateTime={engagement.created_at}>{calendarDay(created)}</time>
            )}
          </dd>
        </div>
      </dl>
    </div>
  );
}
