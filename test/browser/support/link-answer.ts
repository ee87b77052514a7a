import type { Page } from 'playwright-core';
import type { SignedUrlFields } from '../../../src/audit-forge/dto/signed-url.response.js';
import { TIME_ZONE } from './visit.js';

/** A request for a link: to a new export, or to one that there is. */
const ASKS_FOR_LINK = /delivery=signed_url|\/exports\/[^/?]+\?expires_in=/;

/** What the service answers to the next request for a link. */
export async function linkAnswer(page: Page): Promise<SignedUrlFields> {
  const response = await page.waitForResponse((each) => ASKS_FOR_LINK.test(each.url()));
  return (await response.json()) as SignedUrlFields;
}

/** Answers requests for a link with changes to what the service says. */
export async function changeLinkAnswers(page: Page, changes: Partial<SignedUrlFields>): Promise<void> {
  await page.route(/delivery=signed_url/, async (route) => {
    // The browser sets this header behind the page's back, and would have sent it.
    const headers = { ...route.request().headers(), 'sec-fetch-site': 'same-origin' };
    const response = await route.fetch({ headers });
    const answer = (await response.json()) as SignedUrlFields;
    await route.fulfill({ response, json: { ...answer, ...changes } });
  });
}

/** A moment as a visitor's page shows it: the date only where that is not today's. */
export function momentOf(iso: string): string {
  const date = new Date(iso);
  const show = (options: Intl.DateTimeFormatOptions, of = date) =>
    of.toLocaleString('en-GB', { timeZone: TIME_ZONE, ...options });
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const time = show({ hour: '2-digit', minute: '2-digit' });
  const zone = show({ timeZoneName: 'short' }).split(' ').at(-1);
  return `${show(day) === show(day, new Date()) ? '' : `${show(day)}, `}${time} ${zone}`;
}
