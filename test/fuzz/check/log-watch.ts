import { ADMIN_TOKEN, SESSION_SECRET } from '../../support/session-tokens.js';

/** Of a link, of a header, or of a JWT, whoever signed it. */
const NEVER =
  /x-amz-(signature|credential|security-token)|"(authorization|cookie)":|bearer ey|eyJ[\w-]+\.eyJ/i;
/** Characters that break a line, turn it round or command a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Shorter ones may be in a line by chance. */
const TELLING = 20;

/** Looks at every log line as it is written. */
export class LogWatch {
  private presented: readonly string[] = [];
  private readonly faults: string[] = [];

  readonly write = (line: string): void => {
    const fault = this.faultIn(line);
    if (fault !== undefined) this.faults.push(`${fault}: ${JSON.stringify(line.slice(0, 1_000))}`);
  };

  /** From here on these are in no line either. */
  present(secrets: readonly string[]): void {
    this.presented = secrets.filter((secret) => secret.length >= TELLING);
  }

  /** @throws Error that shows the line */
  expectClean(): void {
    const [fault] = this.faults.splice(0);
    if (fault !== undefined) throw new Error(`A log line is wrong. ${fault}`);
  }

  private faultIn(line: string): string | undefined {
    if (!line.endsWith('\n') || UNPRINTABLE.test(line.slice(0, -1))) return 'It is not one line of text';
    if (!isObject(line)) return 'It is no JSON object';
    if (NEVER.test(line)) return 'It holds a part of a credential';
    const secrets = [ADMIN_TOKEN, SESSION_SECRET, ...this.presented];
    return secrets.some((secret) => line.includes(secret)) ? 'It holds a secret' : undefined;
  }
}

function isObject(json: string): boolean {
  try {
    const value = JSON.parse(json) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
