import { explain } from '../words/explain.js';
import { Title } from './Title.js';

/** Whether someone is signed in could not be found out. */
export function SessionFailed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <main className="page">
      <Title>Not available</Title>
      <div className="card narrow">
        <h1>Not available</h1>
        <p role="alert">{explain(error)}</p>
        <button type="button" className="af-button" onClick={onRetry}>
          Try again
        </button>
      </div>
    </main>
  );
}
