import { createHash, timingSafeEqual } from 'node:crypto';
import type { AdminToken } from '../audit-forge.options.js';

/** The admin tokens, kept and compared as SHA-256 digests so that neither length nor content shows in time. */
export class AdminTokens {
  private readonly known: ReadonlyArray<{ label: string; digest: Buffer }>;

  constructor(tokens: readonly AdminToken[]) {
    this.known = tokens.map(({ label, token }) => ({ label, digest: sha256(token) }));
  }

  /** The label of the token, or undefined. Looks at every token, whichever matches. */
  labelOf(presented: string): string | undefined {
    const digest = sha256(presented);
    let label: string | undefined;
    for (const known of this.known) {
      if (timingSafeEqual(known.digest, digest)) label = known.label;
    }
    return label;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
