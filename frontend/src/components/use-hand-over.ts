import { useState } from 'react';
import type { AuditForgeClient } from '../api/client.js';
import { explain } from '../words/explain.js';
import { aboutLink, NOTHING_TO_EXPORT } from '../words/link.js';
import { BY_HAND, handText, type Handed } from './hand-text.js';
import { madeLink, USUAL_CHOICE, type LinkChoice, type MadeLink } from './made-link.js';
import type { ByHand } from './notice.js';
import { startDownload } from './start-download.js';
import { untilAborted } from './until-aborted.js';
import { useJob } from './use-job.js';
import { useNotice } from './use-notice.js';

/** Rejects the text that the clipboard waits for, where there will be none. */
class NothingToExport extends Error {}

/** All that a reader can do with the log of one engagement, and what the page has to say about it. */
export function useHandOver(
  client: AuditForgeClient,
  engagementId: string,
  onNotice?: (text: string) => void,
) {
  const notices = useNotice(onNotice);
  const linking = useJob();
  const downloading = useJob();
  const [last, setLast] = useState<MadeLink | null>(null);

  const begin = (status: string) => {
    notices.dismiss();
    notices.progress(status);
  };

  const failed = (error: unknown) =>
    error instanceof NothingToExport
      ? notices.say({ tone: 'plain', text: NOTHING_TO_EXPORT })
      : notices.say({ tone: 'bad', text: explain(error) });

  const request = async ({ format, expiresIn }: LinkChoice, signal: AbortSignal): Promise<MadeLink> => {
    const asked = client.getAuditLogSignedUrl(engagementId, format, expiresIn, { signal });
    const link = madeLink(await untilAborted(asked, signal), { format, expiresIn });
    if (link === null) throw new NothingToExport();
    return link;
  };

  const sayHanded = (
    handed: Handed,
    what: ByHand['what'],
    text: string,
    words: (opening: string) => string,
  ) => {
    const name = what === 'link' ? 'Link' : what;
    const about = what === 'link' ? { url: text } : {};
    if (handed === 'copied') notices.say({ tone: 'good', text: words(`${name} copied`), ...about });
    else
      notices.say({
        tone: 'plain',
        text: `${words(`${name} ready`)} ${BY_HAND[handed](what)}`,
        byHand: { what, text, how: handed },
        ...about,
      });
  };

  const sayLink = (handed: Handed, { url, answer }: MadeLink) =>
    sayHanded(handed, 'link', url, (opening) => aboutLink(answer, opening));

  /** A text that is at hand. Where a fresh click is refused too, another one would not help. */
  const copyKnown = async (what: ByHand['what'], text: string) => {
    const handed = await handText(what, Promise.resolve(text));
    return handed === 'button' ? 'field' : handed;
  };

  return {
    ...notices,
    last,
    linking: linking.busy,
    downloading: downloading.busy,
    makeLink: (choice: LinkChoice) => {
      linking.start(async (signal) => {
        begin('Preparing the link. Press Escape to cancel.');
        const made = request(choice, signal);
        // Reached before the first wait, so within the click.
        const handed = await handText(
          'link',
          made.then(({ url }) => url),
        );
        if (signal.aborted) return;
        const link = await made;
        setLast(link);
        sayLink(handed, link);
      }, failed);
    },
    copyLast: async () => {
      if (last !== null && !linking.busy && Date.now() < last.deadline)
        sayLink(await copyKnown('link', last.url), last);
    },
    copySha256: async () => {
      const sha256 = last?.answer.sha256;
      if (typeof sha256 !== 'string' || linking.busy) return;
      const handed = await copyKnown('SHA-256', sha256);
      sayHanded(handed, 'SHA-256', sha256, (opening) => `${opening}: ${sha256}.`);
    },
    download: () => {
      downloading.start(async (signal) => {
        begin('Asking for the log. Press Escape to cancel.');
        if (client.credential === 'cookie') {
          await untilAborted(client.checkAuditLog(engagementId, 'jsonl', { signal }), signal);
          startDownload(client.auditLogUrl(engagementId));
        } else {
          startDownload((await request(USUAL_CHOICE, signal)).url);
        }
        notices.progress('The download has begun. The browser shows how far it is.');
      }, failed);
    },
    cancel: () => {
      linking.cancel();
      downloading.cancel();
      notices.progress('Cancelled.');
    },
    /** Called once for each link, when it ends. */
    expired: (link: MadeLink) => {
      if (notices.notice?.url === link.url) notices.dismiss();
      if (!linking.busy) notices.progress('The link has expired.');
    },
  };
}

export type HandOver = ReturnType<typeof useHandOver>;
