import { HeaderBar } from './HeaderBar.js';
import { Page } from './Page.js';
import { SessionFailed } from './SessionFailed.js';
import { SignIn } from './SignIn.js';
import { usePath } from './use-path.js';
import { useSession } from './use-session.js';

/** The pages of the service. Signing in keeps the path, so that one is back where one was. */
export function App() {
  const { client, session, again, signIn, signOut } = useSession();
  const path = usePath();
  if (session.state === 'in')
    return (
      <>
        <HeaderBar session={session.session} onSignOut={signOut} />
        <Page client={client} session={session.session} path={path} />
      </>
    );
  return (
    <>
      <HeaderBar />
      {session.state === 'out' && <SignIn why={session.why} onSignIn={signIn} />}
      {session.state === 'failed' && <SessionFailed error={session.error} onRetry={again} />}
    </>
  );
}
