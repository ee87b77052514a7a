import { useLayoutEffect, useRef, type RefObject } from 'react';

/** For an element that may go away with the focus in it: then calls back, so that the focus goes somewhere sensible. */
export function useFocusLost<T extends HTMLElement>(onFocusLost: () => void): RefObject<T | null> {
  const ref = useRef<T>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      if (element?.contains(document.activeElement) === true) onFocusLost();
    };
    // Only as it goes: the callback does the same in every render.
  }, []);
  return ref;
}
