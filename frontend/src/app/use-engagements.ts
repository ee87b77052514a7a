import { useEffect, useRef, useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { forEachAtMost } from './for-each-at-most.js';

export interface Found {
  readonly engagement?: Engagement;
  readonly error?: unknown;
}

/** So that a session of hundreds of engagements does not ask for all of them at once. */
const AT_ONCE = 4;

/** Each of some engagements as it arrives, or why it did not. */
export function useEngagements(client: AuditForgeClient, ids: readonly string[]) {
  const [found, setFound] = useState<ReadonlyMap<string, Found>>(new Map());
  const lifetime = useRef<AbortSignal>(AbortSignal.abort());

  const load = async (id: string, signal: AbortSignal) => {
    const result = await client.getEngagement(id, { signal }).then(
      (engagement): Found => ({ engagement }),
      (error: unknown): Found => ({ error }),
    );
    if (!signal.aborted) setFound((before) => new Map(before).set(id, result));
  };

  useEffect(() => {
    const controller = new AbortController();
    lifetime.current = controller.signal;
    void forEachAtMost(AT_ONCE, ids, (id) => load(id, controller.signal));
    return () => controller.abort();
    // `load` only uses what is listed here.
  }, [client, ids]);

  return {
    found,
    again: (id: string) => {
      setFound((before) => new Map([...before].filter(([other]) => other !== id)));
      void load(id, lifetime.current);
    },
  };
}
