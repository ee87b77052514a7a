import type { LinkChoice } from './made-link.js';

/** How a text that could not be copied reaches the reader: a fresh click, the prompt that was shown, or a field. */
export interface ByHand {
  readonly what: 'link' | 'SHA-256';
  readonly text: string;
  readonly how: 'button' | 'prompted' | 'field';
}

/** What the page has to say after a click, until it is dismissed. */
export interface Notice {
  readonly tone: 'good' | 'plain' | 'bad';
  readonly text: string;
  readonly byHand?: ByHand;
  /** The link that it is about: when that expires, so does the notice. */
  readonly url?: string;
  /** An export that could be made in place of one to which there is no link any more. */
  readonly instead?: LinkChoice;
}
