import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { ExportPage } from '../api/export-calls.js';
import { isPassing, retryAfterOf } from '../api/errors.js';
import { USUAL_RETRY_SECONDS } from '../api/follow-export.js';
import { extended, isUnderWay, pageFor, refreshed, type History } from './history.js';
import { usePageVisible } from './use-page-visible.js';
import { useTurns } from './use-turns.js';

interface Shown {
  /** `null` before it has come, and where the service keeps no records. */
  readonly history: History | null;
  /** Why it could not be had, or is not up to date. */
  readonly error: unknown;
  /** Seconds until those that are under way are looked at again. */
  readonly wait: number;
}

/** Who asks: the reader, whose buttons tell that it takes, or the page by itself. */
export type Asking = 'refresh' | 'more' | null;

/** After a request that failed. */
const PATIENT_SECONDS = 10;

const NOTHING: Shown = { history: null, error: null, wait: USUAL_RETRY_SECONDS };

/**
 * The history of an engagement's exports. Those that are under way are looked at again, while the page can be seen, as
 * often as the service likes, and never twice at once.
 * @param own ids that are followed elsewhere
 */
export function useExports(client: AuditForgeClient, engagementId: string, own: readonly string[]) {
  const [shown, setShown] = useState(NOTHING);
  const [asking, setAsking] = useState<Asking>(null);
  const latest = useRef<History | null>(null);
  const off = useRef(false);
  const takeTurn = useTurns();
  const visible = usePageVisible();

  const show = (page: ExportPage | null, merge: (page: ExportPage) => History) => {
    off.current = page === null;
    latest.current = page === null ? null : merge(page);
    const wait = page?.retryAfterSeconds ?? USUAL_RETRY_SECONDS;
    setShown({ history: latest.current, error: null, wait: Math.max(1, wait) });
  };

  const load = (who: Asking) => {
    // At once, though its turn may come later, so that a second click is none.
    if (who !== null) setAsking(who);
    takeTurn(async (signal) => {
      if (off.current) return;
      try {
        const before = latest.current;
        const more = who === 'more' && before !== null && before.next !== null;
        const page = await client.listExports(
          engagementId,
          more ? { cursor: before.next } : pageFor(before),
          { signal },
        );
        if (!signal.aborted) show(page, (came) => (more ? extended(before, came) : refreshed(before, came)));
      } catch (error) {
        if (signal.aborted) return;
        const passes = who === null && latest.current?.exports.some(isUnderWay) === true && isPassing(error);
        const wait = Math.max(USUAL_RETRY_SECONDS, retryAfterOf(error) ?? PATIENT_SECONDS);
        setShown(({ history }) => ({ history, error: passes ? null : error, wait }));
      } finally {
        if (!signal.aborted) setAsking((now) => (now === who ? null : now));
      }
    });
  };

  const lookAgain = useEffectEvent(() => load(null));
  useEffect(() => {
    off.current = false;
    lookAgain();
  }, [client, engagementId]);

  const waits =
    shown.error === null &&
    (shown.history?.exports ?? []).some((entry) => isUnderWay(entry) && !own.includes(entry.export_id));
  useEffect(() => {
    if (!waits || !visible) return undefined;
    const timer = setTimeout(lookAgain, shown.wait * 1000);
    return () => clearTimeout(timer);
  }, [waits, visible, shown]);

  return {
    history: shown.history,
    error: shown.error,
    asking,
    /** Something has changed, as far as this page knows. */
    lookAgain: () => load(null),
    refresh: () => {
      if (asking !== 'refresh') load('refresh');
    },
    more: () => {
      if (asking !== 'more') load('more');
    },
  };
}

export type Exports = ReturnType<typeof useExports>;
