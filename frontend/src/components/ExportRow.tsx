import { useRef } from 'react';
import type { ExportEntry } from '../api/types.js';
import { aboutExport, STATE_NAMES, whyFailed } from '../words/exports.js';
import { zone } from '../words/times.js';
import { CancelExport } from './CancelExport.js';
import { isUnderWay } from './history.js';
import { USUAL_CHOICE } from './made-link.js';
import { ProgressBar } from './ProgressBar.js';
import { Told } from './Told.js';
import type { HandOver } from './use-hand-over.js';

interface Props {
  entry: ExportEntry;
  /** The moment at which it was asked for. */
  name: string;
  handOver: HandOver;
}

/** One export: what it is and how it stands, and a new link to it. */
export function ExportRow({ entry, name, handOver }: Props) {
  const row = useRef<HTMLLIElement>(null);
  const { export_id, state, format, requested_at, progress, sha256 } = entry;
  const digest = state === 'ready' && entry.empty !== true && typeof sha256 === 'string' ? sha256 : null;
  const about = aboutExport(entry);
  return (
    <li ref={row} className="af-export" data-state={state} tabIndex={-1}>
      <div className="af-export-facts">
        <p>
          <time className="af-export-when" dateTime={requested_at}>
            {name} {zone(new Date(requested_at))}
          </time>
          <span className="af-export-state">{STATE_NAMES[state]}</span>
        </p>
        {about !== '' && <p className="af-last-what">{about}</p>}
        {digest !== null && (
          <p className="af-digest">
            SHA-256 <code>{digest}</code>
          </p>
        )}
        {state === 'failed' && (
          <p className="af-export-reason">
            <Told text={whyFailed(entry)} />
          </p>
        )}
        {isUnderWay(entry) && progress && <ProgressBar label={`Export of ${name}`} progress={progress} />}
      </div>
      <div className="af-last-actions">
        {digest !== null && (
          <>
            <button
              type="button"
              className="af-button"
              aria-label={`New link for the export of ${name}`}
              aria-disabled={handOver.linking}
              onClick={() =>
                handOver.renewLink(export_id, { ...USUAL_CHOICE, ...(format === null ? {} : { format }) })
              }
            >
              New link
            </button>
            <button
              type="button"
              className="af-button"
              aria-label={`Copy SHA-256 of the export of ${name}`}
              aria-disabled={handOver.linking}
              onClick={() => void handOver.copyDigest(digest)}
            >
              Copy SHA-256
            </button>
          </>
        )}
        {isUnderWay(entry) && (
          <CancelExport
            name={name}
            onCancel={() => handOver.cancelExport(export_id, name)}
            onFocusLost={() => row.current?.focus()}
          />
        )}
      </div>
    </li>
  );
}
