import { ADMIN_TOKEN, SESSION_SECRET } from './session-tokens.js';

/** What no log line may hold: credentials, and what makes a link one. */
const SECRETS: ReadonlyArray<string | RegExp> = [
  ADMIN_TOKEN,
  SESSION_SECRET,
  /X-Amz-(Signature|Credential|Security-Token)/i,
  // A JWT, whoever signed it: two parts in base64 of JSON objects.
  /eyJ[\w-]+\.eyJ[\w-]+/,
  /\bBearer\s+[\w~+/-]{8,}/i,
  /"(authorization|cookie|set-cookie|x-admin-token)"/i,
];

/** Watches everything that is logged while a test runs. */
export class LogLeaks {
  private readonly found: string[] = [];

  watch(line: string): void {
    // A line that was broken by what is in it is no JSON; whoever parses it fails.
    if (SECRETS.some((secret) => (typeof secret === 'string' ? line.includes(secret) : secret.test(line)))) {
      this.found.push(line.slice(0, 2_000));
    }
  }

  /** @throws Error that shows the lines */
  expectNone(): void {
    if (this.found.length > 0) throw new Error(`A secret was logged:\n${this.found.join('\n')}`);
  }
}
