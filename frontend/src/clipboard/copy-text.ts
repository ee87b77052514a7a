import { hasName } from '../has-name.js';

/**
 * - `copied`: the clipboard has the text.
 * - `late`: refused because the click was too long ago, or the page was left; a fresh click may succeed.
 * - `refused`: there is no clipboard, or it would refuse a fresh click too.
 */
export type CopyOutcome = 'copied' | 'late' | 'refused';

type Attempt = 'written' | 'refused' | 'unsupported';

/** From this long after the click a refusal is put down to the wait: Safari's limit, the shortest of the browsers. */
const GESTURE_MS = 1000;

/**
 * Copies a text that may still be on its way. Browsers let a page write only for a moment after a click, so call this
 * inside the click handler: the write begins at once, with a promise in place of the text.
 *
 * Rejects only as `text` does, and then nothing has been written: reject it to cancel.
 */
export async function copyText(text: Promise<string>): Promise<CopyOutcome> {
  const clickedAt = Date.now();
  const writing = beginWrite(text);
  const refusedAtOnce = (await Promise.race([writing, text.then(() => 'arrived')])) === 'refused';
  const value = await text;
  const begun = await writing;
  const attempt = begun === 'unsupported' ? await writeNow(value) : begun;
  if (attempt === 'written') return 'copied';
  return attempt === 'refused' && !refusedAtOnce && gestureIsOver(clickedAt) ? 'late' : 'refused';
}

async function beginWrite(text: Promise<string>): Promise<Attempt> {
  const blob = text.then((value) => new Blob([value], { type: 'text/plain' }));
  // A cancelled text is the caller's to handle; here it must not surface as an unhandled rejection.
  blob.catch(() => undefined);
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return 'written';
  } catch (error) {
    // Anything else is a browser that lacks these, or does not take a promise.
    return isRefusal(error) ? 'refused' : 'unsupported';
  }
}

async function writeNow(value: string): Promise<Attempt> {
  try {
    await navigator.clipboard.writeText(value);
    return 'written';
  } catch (error) {
    return isRefusal(error) ? 'refused' : 'unsupported';
  }
}

function gestureIsOver(clickedAt: number): boolean {
  // `userActivation` is missing in older browsers, whatever its type says.
  const activation = navigator.userActivation as UserActivation | undefined;
  return Date.now() - clickedAt >= GESTURE_MS || activation?.isActive === false || !document.hasFocus();
}

const isRefusal = (error: unknown) => hasName(error, 'NotAllowedError');
