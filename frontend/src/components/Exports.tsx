import { useRef } from 'react';
import { explain } from '../words/explain.js';
import { ExportRow } from './ExportRow.js';
import { namesOf, newestFirst } from './history.js';
import { ShowMore } from './ShowMore.js';
import { Told } from './Told.js';
import type { Exports as AllExports } from './use-exports.js';
import type { HandOver } from './use-hand-over.js';

interface Props {
  exports: AllExports;
  /** Ids of those that are shown elsewhere. */
  own: readonly string[];
  handOver: HandOver;
}

/** The exports of an engagement, newest first. Nothing at all where the service keeps no records of them. */
export function Exports({ exports, own, handOver }: Props) {
  const region = useRef<HTMLElement>(null);
  const { history, error, asking } = exports;
  if (history === null && error === null) return null;
  const shown = newestFirst(history?.exports ?? []).filter(({ export_id }) => !own.includes(export_id));
  const names = namesOf(shown);
  return (
    <section ref={region} className="af-exports" aria-label="Exports" tabIndex={-1}>
      <div className="af-exports-head">
        <p className="af-last-title">Exports</p>
        <button
          type="button"
          className="af-button af-quiet"
          aria-busy={asking === 'refresh'}
          aria-disabled={asking === 'refresh'}
          onClick={exports.refresh}
        >
          {history === null ? 'Try again' : 'Refresh'}
        </button>
      </div>
      <p className="af-exports-error" role="status">
        {error !== null && <Told text={`The exports could not be listed. ${explain(error)}`} />}
      </p>
      {history !== null && shown.length === 0 && <p className="af-last-what">No exports yet.</p>}
      {shown.length > 0 && (
        <ul className="af-export-list">
          {shown.map((entry) => (
            <ExportRow
              key={entry.export_id}
              entry={entry}
              name={names.get(entry.export_id)!}
              handOver={handOver}
            />
          ))}
        </ul>
      )}
      {typeof history?.next === 'string' && (
        <ShowMore
          busy={asking === 'more'}
          onMore={exports.more}
          onFocusLost={() => region.current?.focus()}
        />
      )}
    </section>
  );
}
