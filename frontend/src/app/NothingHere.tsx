import { Link } from './Link.js';
import { START } from './routes.js';
import { Title } from './Title.js';

export function NothingHere() {
  return (
    <div className="card narrow">
      <Title>Nothing here</Title>
      <h1>Nothing here</h1>
      <p>No page has this address. It may have been mistyped, or cut short when it was sent.</p>
      <Link to={START} className="af-button">
        Go to the engagements
      </Link>
    </div>
  );
}
