import type { ByHand } from './notice.js';

/** A text to copy by hand, selected already. */
export function LinkField({ byHand }: { byHand: ByHand }) {
  return (
    <input
      className="af-field"
      readOnly
      aria-label={byHand.what === 'link' ? 'Link' : byHand.what}
      value={byHand.text}
      ref={select}
      onFocus={(event) => event.currentTarget.select()}
    />
  );
}

function select(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}
