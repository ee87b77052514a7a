import { ProgressBar } from './ProgressBar.js';
import { useEscape } from './use-escape.js';
import type { OwnExports } from './use-own-exports.js';

interface Props {
  status: string;
  busy: boolean;
  /** Exports that take longer than one request. */
  standings: OwnExports['standings'];
  onCancel: () => void;
}

/**
 * What goes on, told politely, and the way to stop it. Below the buttons, so that none of them moves under a double click.
 */
export function Progress({ status, busy, standings, onCancel }: Props) {
  useEscape(busy, onCancel);
  return (
    <div className="af-progress">
      <p role="status">{status}</p>
      {busy && (
        <button type="button" className="af-button af-quiet" onClick={onCancel}>
          Cancel
        </button>
      )}
      {[...standings].map(([purpose, { progress }]) => (
        <ProgressBar key={purpose} label={`Export for the ${purpose}`} progress={progress} />
      ))}
    </div>
  );
}
