import type { IncomingMessage } from 'node:http';

/** What a request prefers (RFC 7240), of what is known here. */
export interface Preferences {
  respondAsync: boolean;
  /** Seconds that the client is ready to wait, at most {@link MAX_WAIT_SECONDS}. */
  wait: number | undefined;
}

export const MAX_WAIT_SECONDS = 30;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const VALUE = `(?:\\s*=\\s*(${TOKEN}|${QUOTED}))?`;
/** A preference with its value, and parameters that nothing here has. */
const PREFERENCE = new RegExp(`^\\s*(${TOKEN})${VALUE}(?:\\s*;\\s*(?:${TOKEN}${VALUE})?)*\\s*$`);
/** Commas outside of quotes. */
const LIST = /(?:"(?:[^"\\]|\\.)*"|[^,"])+/g;

/** What is malformed is passed over, and of two the first counts: a preference is never an error. */
export function preferencesOf({ headersDistinct }: IncomingMessage): Preferences {
  const preferences: Preferences = { respondAsync: false, wait: undefined };
  const seen = new Set<string>();
  for (const item of (headersDistinct['prefer'] ?? []).join(',').match(LIST) ?? []) {
    const [, name = '', value = ''] = PREFERENCE.exec(item) ?? [];
    const preference = name.toLowerCase();
    if (preference === '' || seen.has(preference)) continue;
    seen.add(preference);
    if (preference === 'respond-async') preferences.respondAsync = true;
    if (preference === 'wait') preferences.wait = seconds(value);
  }
  return preferences;
}

function seconds(value: string): number | undefined {
  const number = value.replace(/^"(.*)"$/, '$1');
  return /^\d{1,9}$/.test(number) ? Math.min(MAX_WAIT_SECONDS, Number(number)) : undefined;
}
