import { useState } from 'react';
import type { UnfinishedExport } from '../api/types.js';

/** What this page has an export made for. */
export type Purpose = 'link' | 'download';

/** The exports that this page has made, as long as they take and no one has cancelled them. */
export function useOwnExports() {
  const [standings, setStandings] = useState<ReadonlyMap<Purpose, UnfinishedExport>>(new Map());
  return {
    standings,
    ids: [...standings.values()].map(({ export_id }) => export_id),
    /** Takes down how an export stands, until it is let go of. */
    reporter: (purpose: Purpose, signal: AbortSignal) => (standing: UnfinishedExport) => {
      if (!signal.aborted) setStandings((before) => new Map(before).set(purpose, standing));
    },
    forget(purpose: Purpose) {
      setStandings((before) => new Map([...before].filter(([other]) => other !== purpose)));
    },
  };
}

export type OwnExports = ReturnType<typeof useOwnExports>;
