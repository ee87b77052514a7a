import { useEscape } from './use-escape.js';

interface Props {
  status: string;
  busy: boolean;
  onCancel: () => void;
}

/**
 * What goes on, told politely, and the way to stop it. Below the buttons, so that none of them moves under a double click.
 */
export function Progress({ status, busy, onCancel }: Props) {
  useEscape(busy, onCancel);
  return (
    <div className="af-progress">
      <p role="status">{status}</p>
      {busy && (
        <button type="button" className="af-button af-quiet" onClick={onCancel}>
          Cancel
        </button>
      )}
    </div>
  );
}
