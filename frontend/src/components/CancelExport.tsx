import { useState } from 'react';
import { useFocusLost } from './use-focus-lost.js';

interface Props {
  /** Of the export. */
  name: string;
  onCancel: () => Promise<void>;
  /** Called when the button goes away, since the export has ended, with the focus on it. */
  onFocusLost: () => void;
}

export function CancelExport({ name, onCancel, onFocusLost }: Props) {
  const [busy, setBusy] = useState(false);
  const button = useFocusLost<HTMLButtonElement>(onFocusLost);
  const cancel = async () => {
    if (busy) return;
    setBusy(true);
    await onCancel();
    setBusy(false);
  };
  return (
    <button
      ref={button}
      type="button"
      className="af-button"
      aria-label={`Cancel the export of ${name}`}
      aria-busy={busy}
      aria-disabled={busy}
      onClick={() => void cancel()}
    >
      Cancel
    </button>
  );
}
