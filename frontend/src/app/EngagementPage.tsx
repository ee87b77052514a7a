import { useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import { EngagementDetail } from '../components/EngagementDetail.js';
import { Link } from './Link.js';
import { START } from './routes.js';
import { Title } from './Title.js';

export function EngagementPage({ client, id }: { client: AuditForgeClient; id: string }) {
  const [title, setTitle] = useState(id);
  return (
    <>
      <Title>{title}</Title>
      <nav aria-label="Breadcrumb" className="crumbs">
        <Link to={START}>Engagements</Link>
      </nav>
      <EngagementDetail client={client} id={id} onLoad={({ name }) => setTitle(name)} />
    </>
  );
}
