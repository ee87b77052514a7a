import { useRef } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { Engagement } from '../api/types.js';
import { AuditLogActions } from './AuditLogActions.js';
import { EngagementHeader, type Heading } from './EngagementHeader.js';
import { Exports } from './Exports.js';
import { LastLink } from './LastLink.js';
import { NoticeBox } from './NoticeBox.js';
import { Progress } from './Progress.js';
import { useExports } from './use-exports.js';
import { useHandOver } from './use-hand-over.js';
import { useOwnExports } from './use-own-exports.js';

interface Props {
  client: AuditForgeClient;
  engagement: Engagement;
  onNotice: ((text: string) => void) | undefined;
  heading: Heading;
}

/** An engagement that has been loaded: its header, beneath it what came of the last click, and all its exports. */
export function EngagementReady({ client, engagement, onNotice, heading }: Props) {
  const own = useOwnExports();
  const exports = useExports(client, engagement.id, own.ids);
  const handOver = useHandOver(client, engagement.id, { onNotice, own, onExport: exports.lookAgain });
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
          onInstead={handOver.makeLink}
          onDismiss={handOver.dismiss}
          onFocusLost={() => urlButton.current?.focus()}
        />
      )}
      <Progress
        status={handOver.status}
        standings={own.standings}
        busy={handOver.linking || handOver.downloading}
        onCancel={() => {
          handOver.cancel();
          urlButton.current?.focus();
        }}
      />
      {last && <LastLink link={last} handOver={handOver} />}
      <Exports exports={exports} own={own.ids} handOver={handOver} />
    </>
  );
}
