import { useState } from 'react';
import type { Session } from '../api/types.js';
import { explain } from '../words/explain.js';
import { moment } from '../words/times.js';
import { Link } from './Link.js';
import { START } from './routes.js';

interface Props {
  session?: Session;
  onSignOut?: () => Promise<void>;
}

/** The bar above every page: whose product it is, who is signed in and until when, and the way out. */
export function HeaderBar({ session, onSignOut }: Props) {
  const [failure, setFailure] = useState<string | null>(null);
  const signOut = () => {
    setFailure(null);
    onSignOut?.().catch((error: unknown) => setFailure(`You are still signed in. ${explain(error)}`));
  };
  return (
    <header className="bar">
      {session && (
        <a className="skip" href="#content">
          Skip to content
        </a>
      )}
      <div className="bar-inner">
        <Link to={START} className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          AuditForge
        </Link>
        {session && (
          <>
            <p className="who">
              Signed in as <strong>{session.subject}</strong>{' '}
              <span className="until">until {moment(new Date(session.expires_at))}</span>
            </p>
            <button type="button" className="af-button af-quiet" onClick={signOut}>
              Sign out
            </button>
          </>
        )}
      </div>
      {failure !== null && (
        <p className="bar-failure" role="alert">
          {failure}
        </p>
      )}
    </header>
  );
}
