import { useState, type RefObject } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { AuditLogLink } from './AuditLogLink.js';
import { LinkMenu } from './LinkMenu.js';
import { USUAL_CHOICE } from './made-link.js';
import type { HandOver } from './use-hand-over.js';

interface Props {
  client: AuditForgeClient;
  engagement: Engagement;
  handOver: HandOver;
  urlButton: RefObject<HTMLButtonElement | null>;
}

/** Audit log, URL, and what a link may be besides. Nothing here is ever disabled, so that the focus stays. */
export function AuditLogActions({ client, engagement, handOver, urlButton }: Props) {
  const [choice, setChoice] = useState(USUAL_CHOICE);
  const sha256 = handOver.last?.answer.sha256 ?? null;
  return (
    <div className="af-actions">
      <AuditLogLink
        href={client.auditLogUrl(engagement.id)}
        everyClick={client.credential === 'token'}
        busy={handOver.downloading}
        onDownload={handOver.download}
      />
      <div className="af-joined">
        <button
          ref={urlButton}
          type="button"
          className="af-button"
          aria-busy={handOver.linking}
          aria-disabled={handOver.linking}
          onClick={() => handOver.makeLink(USUAL_CHOICE)}
        >
          URL
        </button>
        <LinkMenu
          choice={choice}
          busy={handOver.linking}
          sha256={sha256}
          onChoose={setChoice}
          onCopy={() => handOver.makeLink(choice)}
          onCopySha256={() => {
            if (sha256 !== null) void handOver.copyDigest(sha256);
          }}
        />
      </div>
    </div>
  );
}
