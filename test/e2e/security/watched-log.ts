import { ADMIN_TOKEN, SESSION_SECRET } from '../../support/session-tokens.js';

/** As much of a secret as is worth stealing. */
const TELLING = 20;
/** What no line holds, whatever was asked: a header that gives credentials, and the parts of a link behind its `?`. */
const NEVER =
  /authorization"?\s*[:=]|bearer ey|x-amz-(signature|credential|security-token)(=|%3d)|-----BEGIN|"d":/i;
/** Characters that break a line, turn it round or command a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Every line that the services of a spec write, as it is written, and what must be in none of them. */
export class WatchedLog {
  readonly lines: string[] = [];
  private readonly secrets = new Set<string>();

  constructor() {
    this.keepSecret(ADMIN_TOKEN);
    this.keepSecret(SESSION_SECRET);
  }

  readonly write = (line: string): void => {
    this.lines.push(line);
  };

  /** From here on `secret` must be in no line, nor its beginning or end. Gives it back. */
  keepSecret(secret: string): string {
    if (secret.length < TELLING) throw new Error(`Too short to be told from chance: ${secret}`);
    this.secrets.add(secret.slice(0, TELLING)).add(secret.slice(-TELLING));
    return secret;
  }

  /** A JWT, each part of which is as secret as the whole. */
  keepToken(token: string): string {
    for (const part of token.split('.').slice(1)) if (part.length >= TELLING) this.keepSecret(part);
    return token;
  }

  /** Lines that hold what they must not. */
  leaks(): string[] {
    const told = [...this.secrets];
    return this.lines.filter((line) => NEVER.test(line) || told.some((secret) => line.includes(secret)));
  }

  /** Lines that would not be shown as one line of text. */
  broken(): string[] {
    return this.lines.filter((line) => !line.endsWith('\n') || UNPRINTABLE.test(line.slice(0, -1)));
  }

  /** The values of one field in all lines that have it. */
  valuesOf(field: string): unknown[] {
    return this.lines
      .map((line) => (JSON.parse(line) as Record<string, unknown>)[field])
      .filter((value) => value !== undefined);
  }
}
