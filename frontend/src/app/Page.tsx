import { useEffect, useRef } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Session } from '../api/types.js';
import { EngagementPage } from './EngagementPage.js';
import { NothingHere } from './NothingHere.js';
import { routeOf } from './routes.js';
import { StartPage } from './StartPage.js';

interface Props {
  client: AuditForgeClient;
  session: Session;
  path: string;
}

/** The page of a path. Following a link moves the focus to it, as loading a page would. */
export function Page({ client, session, path }: Props) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) main.current?.focus();
    shown.current = path;
  }, [path]);

  const route = routeOf(path);
  return (
    <main ref={main} id="content" tabIndex={-1} className="page">
      {route.page === 'start' && <StartPage client={client} session={session} />}
      {route.page === 'engagement' && <EngagementPage client={client} id={route.id} />}
      {route.page === 'nothing' && <NothingHere />}
    </main>
  );
}
