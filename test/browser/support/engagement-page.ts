import type { Locator, Page } from 'playwright-core';

/** EngagementDetail as its readers name what is on it. */
export class EngagementPage {
  readonly auditLog: Locator;
  readonly url: Locator;
  readonly options: Locator;
  readonly alert: Locator;
  readonly status: Locator;
  readonly lastLink: Locator;
  readonly exports: Locator;
  /** One for each export that is shown. */
  readonly rows: Locator;

  constructor(readonly page: Page) {
    this.auditLog = page.getByRole('link', { name: 'Audit log', exact: true });
    this.url = this.button('URL');
    this.options = this.button('Link options');
    this.alert = page.getByRole('alert');
    this.status = page.getByRole('status');
    this.lastLink = page.getByRole('region', { name: 'Last link' });
    this.exports = page.getByRole('region', { name: 'Exports', exact: true });
    this.rows = this.exports.getByRole('listitem');
  }

  static async open(page: Page, id: string): Promise<EngagementPage> {
    await page.goto(`/engagement/${id}`);
    const detail = new EngagementPage(page);
    await detail.url.waitFor();
    return detail;
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  bar(name: RegExp | string): Locator {
    return this.page.getByRole('progressbar', { name, exact: true });
  }

  item(name: string): Locator {
    return this.page
      .getByRole('menuitem', { name, exact: true })
      .or(this.page.getByRole('menuitemradio', { name, exact: true }));
  }

  /** Resolves once the one alert says so; the text of it. */
  async alerted(text: RegExp | string): Promise<string> {
    await this.alert.filter({ hasText: text }).waitFor();
    return this.alert.innerText();
  }

  /** Resolves once the line of progress says so. */
  async told(text: RegExp | string): Promise<void> {
    await this.status.filter({ hasText: text }).waitFor();
  }

  /** Resolves once URL is busy. */
  async busy(): Promise<void> {
    await this.url.and(this.page.locator('[aria-busy="true"]')).waitFor();
  }

  /** Resolves once URL can be pressed again. */
  async idle(): Promise<void> {
    await this.url.and(this.page.locator('[aria-busy="false"]')).waitFor();
  }
}

/** Resolves once the element has the focus. */
export async function focused(element: Locator): Promise<void> {
  await element.and(element.page().locator(':focus')).waitFor();
}
