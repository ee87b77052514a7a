import type { AuditLogFormat } from '../api/types.js';
import { FORMAT_NAMES } from '../words/formats.js';
import type { LinkChoice } from './made-link.js';
import { useMenu } from './use-menu.js';

const FORMATS = ['jsonl', 'json'] as const satisfies readonly AuditLogFormat[];

const LIFETIMES: readonly (readonly [seconds: number, string])[] = [
  [60, '1 minute'],
  [300, '5 minutes'],
  [600, '10 minutes'],
  [1800, '30 minutes'],
  [3600, '60 minutes'],
];

interface Props {
  choice: LinkChoice;
  busy: boolean;
  /** Of the last link; `null` before there is one. */
  sha256: string | null;
  onChoose: (choice: LinkChoice) => void;
  onCopy: () => void;
  onCopySha256: () => void;
}

/** A link in another format or for another time, and the digest of the last one. */
export function LinkMenu({ choice, busy, sha256, onChoose, onCopy, onCopySha256 }: Props) {
  const { open, button, menu, close } = useMenu();
  const item = (disabled: boolean, act: () => void) => ({
    type: 'button' as const,
    role: 'menuitem',
    tabIndex: -1,
    'aria-disabled': disabled,
    onClick: () => {
      if (disabled) return;
      // The clipboard first: it is granted to this very click.
      act();
      close();
    },
  });
  const radio = (checked: boolean, next: Partial<LinkChoice>) => ({
    type: 'button' as const,
    role: 'menuitemradio',
    tabIndex: -1,
    'aria-checked': checked,
    onClick: () => onChoose({ ...choice, ...next }),
  });
  return (
    <>
      <button {...button} type="button" className="af-button af-more" aria-label="Link options" />
      {open && (
        <div {...menu} className="af-menu" role="menu" aria-label="Link options">
          <div role="group" aria-label="Format">
            <span className="af-menu-title" aria-hidden="true">
              Format
            </span>
            {FORMATS.map((format) => (
              <button key={format} {...radio(choice.format === format, { format })}>
                {FORMAT_NAMES[format]}
              </button>
            ))}
          </div>
          <div role="group" aria-label="Valid for">
            <span className="af-menu-title" aria-hidden="true">
              Valid for
            </span>
            {LIFETIMES.map(([expiresIn, name]) => (
              <button key={expiresIn} {...radio(choice.expiresIn === expiresIn, { expiresIn })}>
                {name}
              </button>
            ))}
          </div>
          <div role="group" aria-label="Copy">
            <button {...item(busy, onCopy)}>Make and copy link</button>
            <button {...item(busy || sha256 === null, onCopySha256)}>Copy SHA-256</button>
          </div>
        </div>
      )}
    </>
  );
}
