import { useLayoutEffect, useRef } from 'react';
import { LinkField } from './LinkField.js';
import type { Notice } from './notice.js';

interface Props {
  notice: Notice;
  /** The host tells the text itself; what remains here is what it takes to copy by hand. */
  silent: boolean;
  onCopy: () => void;
  onShow: () => void;
  onDismiss: () => void;
  /** Called when the notice goes away with the focus in it. */
  onFocusLost: () => void;
}

/** What the page has to say, at the button, until it is dismissed. */
export function NoticeBox({ notice, silent, onCopy, onShow, onDismiss, onFocusLost }: Props) {
  const { text, tone, byHand } = notice;
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    return () => {
      if (element?.contains(document.activeElement) === true) onFocusLost();
    };
    // Only as the notice goes: the callback does the same in every render.
  }, []);

  if (silent && byHand === undefined) return null;
  return (
    <div ref={box} className="af-notice" data-tone={tone}>
      {!silent && <p role="alert">{text}</p>}
      {byHand?.how === 'field' && <LinkField byHand={byHand} />}
      <div className="af-notice-actions">
        {byHand?.how === 'button' && (
          <button type="button" className="af-button af-primary" onClick={onCopy}>
            Copy link
          </button>
        )}
        {byHand?.how === 'prompted' && (
          <button type="button" className="af-button" onClick={onShow}>
            Show {byHand.what}
          </button>
        )}
        <button type="button" className="af-button af-quiet" onClick={onDismiss}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
