import { useRef } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { AuditLogActions } from './AuditLogActions.js';
import { EngagementHeader, type Heading } from './EngagementHeader.js';
import { LastLink } from './LastLink.js';
import { NoticeBox } from './NoticeBox.js';
import { Progress } from './Progress.js';
import { useHandOver } from './use-hand-over.js';

interface Props {
  client: AuditForgeClient;
  engagement: Engagement;
  onNotice: ((text: string) => void) | undefined;
  heading: Heading;
}

/** An engagement that has been loaded: its header, and beneath it what came of the last click. */
export function EngagementReady({ client, engagement, onNotice, heading }: Props) {
  const handOver = useHandOver(client, engagement.id, onNotice);
  const urlButton = useRef<HTMLButtonElement>(null);
  const { notice, last } = handOver;
  return (
    <>
      <header className="af-header">
        <EngagementHeader engagement={engagement} heading={heading} />
        <AuditLogActions client={client} engagement={engagement} handOver={handOver} urlButton={urlButton} />
      </header>
      {notice && (
        <NoticeBox
          key={notice.number}
          notice={notice}
          silent={onNotice !== undefined}
          onCopy={() => void handOver.copyLast()}
          onShow={() => handOver.show('field')}
          onDismiss={handOver.dismiss}
          onFocusLost={() => urlButton.current?.focus()}
        />
      )}
      <Progress
        status={handOver.status}
        busy={handOver.linking || handOver.downloading}
        onCancel={() => {
          handOver.cancel();
          urlButton.current?.focus();
        }}
      />
      {last && <LastLink link={last} handOver={handOver} />}
    </>
  );
}
