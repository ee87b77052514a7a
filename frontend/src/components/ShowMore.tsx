import { useFocusLost } from './use-focus-lost.js';

interface Props {
  busy: boolean;
  onMore: () => void;
  /** Called when there is no more, with the focus on the button. */
  onFocusLost: () => void;
}

export function ShowMore({ busy, onMore, onFocusLost }: Props) {
  const button = useFocusLost<HTMLButtonElement>(onFocusLost);
  return (
    <button
      ref={button}
      type="button"
      className="af-button"
      aria-busy={busy}
      aria-disabled={busy}
      onClick={onMore}
    >
      Show more
    </button>
  );
}
