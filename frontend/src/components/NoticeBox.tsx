import { useEffect } from 'react';
import { LinkField } from './LinkField.js';
import type { LinkChoice } from './made-link.js';
import type { Notice } from './notice.js';
import { Told } from './Told.js';
import { useFocusLost } from './use-focus-lost.js';

interface Props {
  notice: Notice;
  /** The host tells the text itself; what remains here is what it takes to copy by hand. */
  silent: boolean;
  onCopy: () => void;
  onShow: () => void;
  onInstead: (choice: LinkChoice) => void;
  onDismiss: () => void;
  /** Called when the notice goes away with the focus in it. */
  onFocusLost: () => void;
}

/** What the page has to say, at the button, until it is dismissed. */
export function NoticeBox({ notice, silent, onCopy, onShow, onInstead, onDismiss, onFocusLost }: Props) {
  const { text, tone, byHand, instead } = notice;
  const box = useFocusLost<HTMLDivElement>(onFocusLost);
  // What was clicked may be far below it.
  useEffect(() => {
    box.current?.scrollIntoView?.({ block: 'nearest' });
  }, [box]);

  if (silent && byHand === undefined && instead === undefined) return null;
  return (
    <div ref={box} className="af-notice" data-tone={tone}>
      {!silent && (
        <p role="alert">
          <Told text={text} />
        </p>
      )}
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
        {instead && (
          <button type="button" className="af-button" onClick={() => onInstead(instead)}>
            New export
          </button>
        )}
        <button type="button" className="af-button af-quiet" onClick={onDismiss}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
