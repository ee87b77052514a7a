import { useEffect, useRef } from 'react';

type Work = (signal: AbortSignal) => Promise<void>;

/** Does one piece of work after the other, and no more once the component has gone. */
export function useTurns(): (work: Work) => void {
  const turns = useRef<{ readonly signal: AbortSignal; last: Promise<void> } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    turns.current = { signal: controller.signal, last: Promise.resolve() };
    return () => {
      controller.abort();
      turns.current = null;
    };
  }, []);
  return (work) => {
    const now = turns.current;
    if (now !== null) now.last = now.last.then(() => (now.signal.aborted ? undefined : work(now.signal)));
  };
}
