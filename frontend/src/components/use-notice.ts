import { useState } from 'react';
import type { ByHand, Notice } from './notice.js';

export interface Notices {
  /** What is shown, and a number that is new for each, so that the same words are announced again. */
  readonly notice: (Notice & { readonly number: number }) | null;
  /** What goes on, told politely. */
  readonly status: string;
  readonly say: (notice: Notice) => void;
  readonly progress: (status: string) => void;
  readonly dismiss: () => void;
  /** Changes how the text in the notice is shown, without saying it again. */
  readonly show: (how: ByHand['how']) => void;
}

/** The one notice and the one line of progress of a component. */
export function useNotice(onNotice?: (text: string) => void): Notices {
  const [notice, setNotice] = useState<Notices['notice']>(null);
  const [status, setStatus] = useState('');
  return {
    notice,
    status,
    say(next) {
      setStatus('');
      setNotice((before) => ({ ...next, number: (before?.number ?? 0) + 1 }));
      onNotice?.(next.text);
    },
    progress: setStatus,
    dismiss: () => setNotice(null),
    show(how) {
      setNotice((now) => (now?.byHand ? { ...now, byHand: { ...now.byHand, how } } : now));
    },
  };
}
