import { copyText } from '../clipboard/copy-text.js';
import { promptText } from '../clipboard/prompt-text.js';
import type { ByHand } from './notice.js';

export type Handed = 'copied' | ByHand['how'];

/**
 * Hands a text to the reader, by the best way that the browser allows: the clipboard, a button for a fresh click where the
 * text came too late, the browser's prompt, a field. Call it inside the click handler.
 */
export async function handText(what: ByHand['what'], text: Promise<string>): Promise<Handed> {
  const outcome = await copyText(text);
  if (outcome === 'copied') return 'copied';
  if (outcome === 'late') return 'button';
  return promptText(`Copy this ${what}:`, await text) ? 'prompted' : 'field';
}

/** What to do now that the text could not be copied. */
export const BY_HAND: Record<ByHand['how'], (what: ByHand['what']) => string> = {
  button: (what) => `The browser did not let it be copied after the wait. Press “Copy ${what}”.`,
  prompted: () => 'The browser does not let this page copy it, so it was shown for copying by hand.',
  field: () => 'The browser does not let this page copy it. Copy it from the field below.',
};
