import { useEffect, useRef, useState } from 'react';

export interface Job {
  readonly busy: boolean;
  /** Starts at once, within the event that calls it; while one runs, a second is not begun. */
  readonly start: (work: (signal: AbortSignal) => Promise<void>, onError: (error: unknown) => void) => void;
  readonly cancel: () => void;
}

/** One thing at a time that a component waits for. It is aborted when the component goes, and is then not heard of. */
export function useJob(): Job {
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(
    () => () => {
      running.current?.abort();
      running.current = null;
      // StrictMode takes a component away and brings it back with its state.
      setBusy(false);
    },
    [],
  );

  const end = (controller: AbortController) => {
    if (running.current !== controller) return;
    running.current = null;
    setBusy(false);
  };

  return {
    busy,
    start(work, onError) {
      // The state lags behind a double click; the reference does not.
      if (running.current !== null) return;
      const controller = new AbortController();
      running.current = controller;
      setBusy(true);
      void work(controller.signal)
        .catch((error: unknown) => {
          if (!controller.signal.aborted) onError(error);
        })
        .finally(() => end(controller));
    },
    cancel() {
      if (running.current === null) return;
      running.current.abort();
      end(running.current);
    },
  };
}
