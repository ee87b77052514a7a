import type { IncomingMessage } from 'node:http';

/** What a request prefers (RFC 7240), of what is known here. */
export interface Preferences {
  respondAsync: boolean;
  /** Seconds that the client is ready to wait, at most {@link MAX_WAIT_SECONDS}. */
  wait: number | undefined;
}

const MAX_WAIT_SECONDS = 30;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const VALUE = `(?:\\s*=\\s*(${TOKEN}|${QUOTED}))?\\s*`;
/**
 * A preference with its value, and parameters that nothing here has. No two of its parts can take the same space:
 * otherwise a few dozen of them would keep the process busy for years.
 */
const PREFERENCE = new RegExp(`^\\s*(${TOKEN})${VALUE}(?:;\\s*(?:${TOKEN}${VALUE})?)*$`);
/** Commas outside of quotes; a quote that does not end takes all that follows with it. */
const LIST = /(?:"(?:[^"\\]|\\.)*"|[^,"]|".*$)+/g;

/** What is malformed is passed over, and of two the first counts: a preference is never an error. */
export function preferencesOf({ headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>): Preferences {
  const preferences: Preferences = { respondAsync: false, wait: undefined };
  const items = (headersDistinct['prefer'] ?? []).flatMap((header) => header.match(LIST) ?? []);
  for (const item of items) {
    const [, name = '', quoted = ''] = PREFERENCE.exec(item) ?? [];
    const value = quoted.replace(/^"(.*)"$/, '$1');
    const preference = name.toLowerCase();
    // An empty value is none (RFC 7240, 2).
    if (preference === 'respond-async' && value === '') preferences.respondAsync = true;
    if (preference === 'wait') preferences.wait ??= seconds(value);
  }
  return preferences;
}

function seconds(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Math.min(MAX_WAIT_SECONDS, Number(value)) : undefined;
}
