import { useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import type { AuditLogSignedUrlResponse } from '../api/types.js';
import { handText } from './hand-text.js';
import { madeLink, USUAL_CHOICE, type LinkChoice, type MadeLink } from './made-link.js';
import { startDownload } from './start-download.js';
import { untilAborted } from './until-aborted.js';
import { useJob } from './use-job.js';
import type { OwnExports, Purpose } from './use-own-exports.js';
import { NothingToExport, useTelling } from './use-telling.js';

interface Around {
  onNotice: ((text: string) => void) | undefined;
  own: OwnExports;
  /** Called when an export has come to be, or to an end. */
  onExport: () => void;
}

/** All that a reader can do with the log of one engagement, and what the page has to say about it. */
export function useHandOver(
  client: AuditForgeClient,
  engagementId: string,
  { onNotice, own, onExport }: Around,
) {
  const { notices, ...telling } = useTelling(onNotice);
  const linking = useJob();
  const downloading = useJob();
  const [last, setLast] = useState<MadeLink | null>(null);

  const request = async (purpose: Purpose, choice: LinkChoice, signal: AbortSignal): Promise<MadeLink> => {
    const { format, expiresIn } = choice;
    const onProgress = own.reporter(purpose, signal);
    const asked = client.getAuditLogSignedUrl(engagementId, format, expiresIn, { signal, onProgress });
    // One that is given up goes on until the service has been told.
    void asked.then(onExport, onExport);
    try {
      return await linkFrom(asked, choice, signal);
    } finally {
      own.forget(purpose);
    }
  };

  const renew = (exportId: string, choice: LinkChoice, signal: AbortSignal): Promise<MadeLink> =>
    linkFrom(client.renewExport(engagementId, exportId, choice.expiresIn, { signal }), choice, signal);

  const handLink = (ask: (signal: AbortSignal) => Promise<MadeLink>, onError: (error: unknown) => void) =>
    linking.start(async (signal) => {
      telling.begin('Preparing the link. Press Escape to cancel.');
      const made = ask(signal);
      // Reached before the first wait, so within the click.
      const handed = await handText(
        'link',
        made.then(({ url }) => url),
      );
      if (signal.aborted) return;
      const link = await made;
      setLast(link);
      telling.sayLink(handed, link);
    }, onError);

  const makeLink = (choice: LinkChoice) =>
    handLink((signal) => request('link', choice, signal), telling.failed);

  const renewLink = (exportId: string, choice: LinkChoice) =>
    handLink(
      (signal) => renew(exportId, choice, signal),
      (error) => telling.failed(error, choice),
    );

  return {
    ...notices,
    last,
    linking: linking.busy,
    downloading: downloading.busy,
    makeLink,
    /** To the object of an export that is ready. */
    renewLink,
    /** A link like another one: to the same object, where that can be found again. */
    makeLinkAgain({ answer, choice }: MadeLink) {
      if (typeof answer.export_id === 'string') renewLink(answer.export_id, choice);
      else makeLink(choice);
    },
    copyLast: async () => {
      if (last !== null && !linking.busy && Date.now() < last.deadline) await telling.copyLink(last);
    },
    copyDigest: async (sha256: string) => {
      if (!linking.busy) await telling.copyDigest(sha256);
    },
    download: () => {
      downloading.start(async (signal) => {
        telling.begin('Asking for the log. Press Escape to cancel.');
        if (client.credential === 'cookie') {
          await untilAborted(client.checkAuditLog(engagementId, 'jsonl', { signal }), signal);
          startDownload(client.auditLogUrl(engagementId));
        } else {
          startDownload((await request('download', USUAL_CHOICE, signal)).url);
        }
        notices.progress('The download has begun. The browser shows how far it is.');
      }, telling.failed);
    },
    /** Ends what this page waits for. */
    cancel: () => {
      linking.cancel();
      downloading.cancel();
      notices.progress('Cancelled.');
    },
    /** Ends an export that this page does not wait for. Never rejects. */
    cancelExport: async (exportId: string, name: string) => {
      try {
        await client.cancelExport(engagementId, exportId);
        notices.progress(`The export of ${name} has been cancelled.`);
      } catch (error) {
        telling.failed(error);
      }
      onExport();
    },
    /** Called once for each link, when it ends. */
    expired: (link: MadeLink) => {
      if (notices.notice?.url === link.url) notices.dismiss();
      if (!linking.busy) notices.progress('The link has expired.');
    },
  };
}

/** @throws NothingToExport where the log has no event, and so no link */
async function linkFrom(
  asked: Promise<AuditLogSignedUrlResponse>,
  choice: LinkChoice,
  signal: AbortSignal,
): Promise<MadeLink> {
  const link = madeLink(await untilAborted(asked, signal), choice);
  if (link === null) throw new NothingToExport();
  return link;
}

export type HandOver = ReturnType<typeof useHandOver>;
