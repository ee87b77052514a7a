import type { AuditForgeClient } from '../api/client.js';
import type { Session } from '../api/types.js';
import { EngagementRow } from './EngagementRow.js';
import { Title } from './Title.js';
import { useEngagements } from './use-engagements.js';

/** The engagements that the session covers. */
export function StartPage({ client, session }: { client: AuditForgeClient; session: Session }) {
  const { found, again } = useEngagements(client, session.engagements);
  return (
    <>
      <Title>Engagements</Title>
      <h1>Engagements</h1>
      {session.engagements.length === 0 ? (
        <p className="card">
          Your session covers no engagement. Ask whoever gave you the session token for one that does.
        </p>
      ) : (
        <ul className="card engagements" role="list">
          {session.engagements.map((id) => (
            <EngagementRow key={id} id={id} found={found.get(id)} onRetry={() => again(id)} />
          ))}
        </ul>
      )}
    </>
  );
}
