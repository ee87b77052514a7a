import type { ExportProgress } from '../api/types.js';
import { percent, progressWords } from '../words/exports.js';

/** How much of a log has been read. Without a value until it is known how much there is. */
export function ProgressBar({ label, progress }: { label: string; progress: ExportProgress }) {
  const done = percent(progress);
  const words = progressWords(progress);
  return (
    <div className="af-bar">
      <div
        className="af-bar-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={done ?? undefined}
        aria-valuetext={words}
      >
        <div className="af-bar-done" style={{ width: `${done ?? 0}%` }} />
      </div>
      <span className="af-bar-words" aria-hidden="true">
        {words}
      </span>
    </div>
  );
}
