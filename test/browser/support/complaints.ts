import type { BrowserContext } from 'playwright-core';

/** What a browser complains about: errors on the console (a policy that is violated is one), in scripts, of requests. */
export class Complaints {
  private readonly made: string[] = [];
  private readonly expected: RegExp[] = [];
  private readonly tolerated: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.made.push(`${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.made.push(`Uncaught: ${String(error.error())}`));
    context.on('requestfailed', (request) => {
      this.made.push(`${request.failure()?.errorText}: ${request.method()} ${request.url()}`);
    });
  }

  /** Says that there will be such complaints, at least one for each pattern. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** Says that there may be such complaints. */
  tolerate(...patterns: RegExp[]): void {
    this.tolerated.push(...patterns);
  }

  /** @throws Error that shows what was not expected, or what was and did not come */
  check(): void {
    const known = [...this.expected, ...this.tolerated];
    const surprising = this.made.filter((text) => !known.some((pattern) => pattern.test(text)));
    const missing = this.expected.filter((pattern) => !this.made.some((text) => pattern.test(text)));
    if (surprising.length > 0) throw new Error(`The browser complains:\n${surprising.join('\n')}`);
    if (missing.length > 0) throw new Error(`The browser does not complain:\n${missing.join('\n')}`);
  }
}
