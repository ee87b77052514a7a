import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { sessionToken } from '../../support/session-tokens.js';
import { Complaints } from './complaints.js';

export interface VisitOptions extends BrowserContextOptions {
  /** Signed in for these engagements from the start. */
  engagements?: string[];
  /** Whether pages may write to the clipboard; they may by default. */
  clipboard?: 'granted' | 'denied';
  /** A script that runs in every page before the page's own. */
  before?: string;
}

/** The zone in which times are shown, whatever the machine's is. */
export const TIME_ZONE = 'Europe/Berlin';

/** One visitor with a profile of their own, and what their browser complains about. */
export class Visit {
  readonly complaints: Complaints;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    this.complaints = new Complaints(context);
    // The history, which is asked for at any moment and given up when its page goes.
    this.complaints.tolerate(/ERR_ABORTED: GET .*\/audit-log\/exports(\?|$)/);
  }

  static async begin(browser: Browser, url: string, options: VisitOptions): Promise<Visit> {
    const { engagements, clipboard = 'granted', before, ...rest } = options;
    const context = await browser.newContext({
      baseURL: url,
      acceptDownloads: true,
      locale: 'en-GB',
      timezoneId: TIME_ZONE,
      ...rest,
    });
    // To grant nothing is to deny everything.
    await context.grantPermissions(clipboard === 'granted' ? ['clipboard-write'] : [], { origin: url });
    if (before !== undefined) await context.addInitScript(before);
    const visit = new Visit(context, await context.newPage(), url);
    if (engagements !== undefined) await visit.signIn(engagements);
    return visit;
  }

  /** As the sign-in page does it, for tests that are about something else. */
  async signIn(engagements: string[]): Promise<void> {
    const token = await sessionToken(engagements, { exp: Math.floor(Date.now() / 1000) + 3600 });
    const answer = await this.context.request.post(`${this.url}/auditforge/session`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.status() !== 204) throw new Error(`Signing in answers ${answer.status()}.`);
  }

  async end(): Promise<void> {
    try {
      // What the browser has sent until now is heard before that which answers this.
      for (const page of this.context.pages()) await page.evaluate('0').catch(() => undefined);
      this.complaints.check();
    } finally {
      await this.context.close();
    }
  }
}
