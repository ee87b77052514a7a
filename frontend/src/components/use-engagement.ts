import { useEffect, useEffectEvent, useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { untilAborted } from './until-aborted.js';

type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly engagement: Engagement }
  | { readonly state: 'failed'; readonly error: unknown };

interface Asked {
  readonly client: AuditForgeClient;
  readonly id: string;
  readonly attempt: number;
}

/** The engagement of an id. With another id or client the one before is let go at once, not when the next arrives. */
export function useEngagement(
  client: AuditForgeClient,
  id: string,
  onLoad?: (engagement: Engagement) => void,
) {
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<{ readonly to: Asked; readonly loaded: Loaded } | null>(null);
  const tell = useEffectEvent((engagement: Engagement) => onLoad?.(engagement));

  useEffect(() => {
    const to: Asked = { client, id, attempt };
    const controller = new AbortController();
    const { signal } = controller;
    const load = async () => {
      try {
        const engagement = await untilAborted(client.getEngagement(id, { signal }), signal);
        setAnswer({ to, loaded: { state: 'ready', engagement } });
        tell(engagement);
      } catch (error) {
        if (!signal.aborted) setAnswer({ to, loaded: { state: 'failed', error } });
      }
    };
    void load();
    return () => controller.abort();
  }, [client, id, attempt]);

  const current = answer?.to.client === client && answer.to.id === id && answer.to.attempt === attempt;
  const loaded: Loaded = current ? answer.loaded : { state: 'loading' };
  return { loaded, again: () => setAttempt((count) => count + 1) };
}
