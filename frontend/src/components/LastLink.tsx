import { useEffect, useEffectEvent } from 'react';
import { clock, events, size } from '../words/amounts.js';
import { FORMAT_NAMES } from '../words/formats.js';
import type { MadeLink } from './made-link.js';
import type { HandOver } from './use-hand-over.js';
import { useSecondsLeft } from './use-seconds-left.js';

/** The last link: what it is, how long it will last, and one click for a new one. */
export function LastLink({ link, handOver }: { link: MadeLink; handOver: HandOver }) {
  const { answer, deadline } = link;
  const left = useSecondsLeft(deadline);
  const expired = left === 0;
  const tell = useEffectEvent(() => handOver.expired(link));
  useEffect(() => {
    if (expired) tell();
  }, [expired, link]);
  return (
    <section className="af-last" aria-label="Last link" data-expired={expired}>
      <div className="af-last-facts">
        <p>
          <span className="af-last-title">Last link</span>
          <span className="af-left" role="timer" aria-live="off">
            {expired ? 'expired' : `${clock(left)} left`}
          </span>
        </p>
        <p className="af-last-what">
          {FORMAT_NAMES[answer.format]} · {size(answer.size_bytes)} · {events(answer.event_count)}
        </p>
        {answer.sha256 !== null && (
          <p className="af-digest">
            SHA-256 <code>{answer.sha256}</code>
          </p>
        )}
      </div>
      <div className="af-last-actions">
        <button
          type="button"
          className="af-button"
          aria-disabled={expired || handOver.linking}
          onClick={() => void handOver.copyLast()}
        >
          Copy again
        </button>
        <button
          type="button"
          className="af-button"
          aria-disabled={handOver.linking}
          onClick={() => handOver.makeLinkAgain(link)}
        >
          New link
        </button>
      </div>
    </section>
  );
}
