import { explain } from '../words/explain.js';
import { aboutLink, NOTHING_TO_EXPORT } from '../words/link.js';
import { BY_HAND, handText, type Handed } from './hand-text.js';
import type { LinkChoice, MadeLink } from './made-link.js';
import type { ByHand } from './notice.js';
import { useNotice } from './use-notice.js';

/** Rejects the text that the clipboard waits for, where there will be none. */
export class NothingToExport extends Error {}

/** What the page says of what it does for the reader. */
export function useTelling(onNotice?: (text: string) => void) {
  const notices = useNotice(onNotice);

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

  return {
    notices,
    begin: (status: string) => {
      notices.dismiss();
      notices.progress(status);
    },
    /** @param instead what may be made in place of that which failed */
    failed: (error: unknown, instead?: LinkChoice) => {
      if (error instanceof NothingToExport) notices.say({ tone: 'plain', text: NOTHING_TO_EXPORT });
      else notices.say({ tone: 'bad', text: explain(error), ...(instead && { instead }) });
    },
    sayLink,
    copyLink: async (link: MadeLink) => {
      sayLink(await copyKnown('link', link.url), link);
    },
    copyDigest: async (sha256: string) => {
      const handed = await copyKnown('SHA-256', sha256);
      sayHanded(handed, 'SHA-256', sha256, (opening) => `${opening}: ${sha256}.`);
    },
  };
}

/** A text that is at hand. Where a fresh click is refused too, another one would not help. */
async function copyKnown(what: ByHand['what'], text: string): Promise<Handed> {
  const handed = await handText(what, Promise.resolve(text));
  return handed === 'button' ? 'field' : handed;
}
