import { useRef } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { explain } from '../words/explain.js';
import type { Heading } from './EngagementHeader.js';
import { EngagementReady } from './EngagementReady.js';
import { Told } from './Told.js';
import { useEngagement } from './use-engagement.js';

export interface EngagementDetailProps {
  /** Make it once, outside of the component: another client means loading anew. */
  client: AuditForgeClient;
  id: string;
  /** Told each message in place of the alert, as in `onNotice={(text) => window.alert(text)}`. */
  onNotice?: (text: string) => void;
  /** Called with the engagement once it has been loaded: for a page's title, say. */
  onLoad?: (engagement: Engagement) => void;
  /** The level of the engagement's name among the headings of the page. */
  heading?: Heading;
}

/** One engagement, and its audit log handed over in two clicks: as a download, or as a link to it. */
export function EngagementDetail({
  client,
  id,
  onNotice,
  onLoad,
  heading: Name = 'h1',
}: EngagementDetailProps) {
  const { loaded, again } = useEngagement(client, id, onLoad);
  const article = useRef<HTMLElement>(null);
  const retry = () => {
    // The button goes away with the error; the focus stays here.
    article.current?.focus();
    again();
  };
  return (
    <article ref={article} className="af-detail" tabIndex={-1} aria-busy={loaded.state === 'loading'}>
      {loaded.state !== 'ready' && <Name className="af-name">{id}</Name>}
      {loaded.state === 'loading' && (
        <p className="af-loading" role="status">
          Loading the engagement…
        </p>
      )}
      {loaded.state === 'failed' && (
        <div className="af-notice" data-tone="bad">
          <p role="alert">
            <Told text={explain(loaded.error)} />
          </p>
          <div className="af-notice-actions">
            <button type="button" className="af-button" onClick={retry}>
              Try again
            </button>
          </div>
        </div>
      )}
      {loaded.state === 'ready' && (
        <EngagementReady client={client} engagement={loaded.engagement} onNotice={onNotice} heading={Name} />
      )}
    </article>
  );
}
