import { useEffect, useState } from 'react';
import { createAuditForgeClient, type AuditForgeClient } from '../api/client.js';
import { AuditForgeProblem } from '../api/errors.js';
import type { Session } from '../api/types.js';

export type SessionState =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly error: unknown }
  /** `why` is a sentence for someone who did not come here to sign in. */
  | { readonly state: 'out'; readonly why: string | null }
  | { readonly state: 'in'; readonly session: Session };

const ENDED = 'Your session has ended. Sign in again to go on where you were.';
const SIGNED_OUT = 'You have signed out.';

/** Who is signed in. Any answer that says "not any more" leads to sign-in; the path stays, and with it the page. */
export function useSession() {
  const [session, setSession] = useState<SessionState>({ state: 'asking' });
  const [attempt, setAttempt] = useState(0);
  const [client] = useState<AuditForgeClient>(() =>
    createAuditForgeClient({ onUnauthenticated: () => setSession({ state: 'out', why: ENDED }) }),
  );

  useEffect(() => {
    const controller = new AbortController();
    client
      .getSession({ signal: controller.signal })
      .then((found) => setSession({ state: 'in', session: found }))
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        const signedOut = error instanceof AuditForgeProblem && error.status === 401;
        setSession(signedOut ? { state: 'out', why: null } : { state: 'failed', error });
      });
    return () => controller.abort();
  }, [client, attempt]);

  return {
    client,
    session,
    again: () => {
      setSession({ state: 'asking' });
      setAttempt((count) => count + 1);
    },
    signIn: async (token: string) => {
      await client.signIn(token);
      setSession({ state: 'in', session: await client.getSession() });
    },
    signOut: async () => {
      await client.signOut();
      setSession({ state: 'out', why: SIGNED_OUT });
    },
  };
}
