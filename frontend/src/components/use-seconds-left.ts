import { useEffect, useReducer } from 'react';

/** Whole seconds until a moment, by the clock on the wall: a tab that slept is right again when it wakes. */
export function useSecondsLeft(deadline: number): number {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      clearTimeout(timer);
      renderAgain();
      const remaining = deadline - Date.now();
      // Wakes just after the next whole second.
      if (remaining > 0) timer = setTimeout(tick, (remaining % 1000) + 1);
    };
    tick();
    // Timers of hidden tabs are throttled.
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [deadline]);
  return Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
}
