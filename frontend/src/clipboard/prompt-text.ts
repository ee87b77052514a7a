/** Browsers cut what a prompt shows at about 2,000 characters, and a link that is cut is worthless. */
const PROMPT_LIMIT = 1900;

/** Shows a text for copying by hand in the browser's own prompt; `false` where that cannot show the whole of it. */
export function promptText(title: string, text: string): boolean {
  // The prompt of a tab in the background is suppressed without a word.
  if (text.length > PROMPT_LIMIT || document.visibilityState === 'hidden') return false;
  try {
    // Frames without dialogs throw, have no prompt, or have one that answers nothing.
    const answer = window.prompt(title, text) as string | null | undefined;
    return answer !== undefined;
  } catch {
    return false;
  }
}
