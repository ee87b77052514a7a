import type { Browser, Page } from 'playwright-core';

/** The clipboard that all pages of a browser share, looked at from a page of its own, which may read it. */
export class Clipboard {
  private constructor(private readonly page: Page) {}

  static async of(browser: Browser, url: string): Promise<Clipboard> {
    const context = await browser.newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    const page = await context.newPage();
    // Any document of a secure origin will do.
    await page.goto(`${url}/favicon.svg`);
    return new Clipboard(page);
  }

  read(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  async write(text: string): Promise<void> {
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  }
}
