import { explain } from '../words/explain.js';
import { calendarDay } from '../words/times.js';
import { Link } from './Link.js';
import { engagementPath } from './routes.js';
import type { Found } from './use-engagements.js';

interface Props {
  id: string;
  /** `undefined` while it is being loaded. */
  found: Found | undefined;
  onRetry: () => void;
}

/** One engagement of the list; the link is there at once, whatever loading its name brings. */
export function EngagementRow({ id, found, onRetry }: Props) {
  const engagement = found?.engagement;
  return (
    <li className="engagement" aria-busy={found === undefined}>
      <div>
        <Link to={engagementPath(id)} className="engagement-name">
          {engagement?.name ?? id}
        </Link>
        {engagement && (
          <p className="engagement-facts">
            <span className="af-id">{id}</span>
            <span>Created {calendarDay(new Date(engagement.created_at))}</span>
          </p>
        )}
        {found?.error !== undefined && (
          <p className="error">
            {explain(found.error)}{' '}
            <button
              type="button"
              className="af-button af-quiet"
              onClick={onRetry}
              aria-label={`Try again: ${id}`}
            >
              Try again
            </button>
          </p>
        )}
      </div>
      {engagement && (
        <span className="af-status" data-status={engagement.status}>
          {engagement.status}
        </span>
      )}
    </li>
  );
}
