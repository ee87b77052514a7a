import { IdempotencyKeys, KEPT_SECONDS, type Claim } from './idempotency-keys.js';

/** About 20 MB of keys: a day of what all limits together let through. The oldest go first. */
const MAX_KEPT = 100_000;

/** Kept in this process, and gone with it. */
export class InProcessKeys extends IdempotencyKeys {
  private readonly kept = new Map<string, { claim: Claim; until: number }>();

  async claim(name: string, claim: Claim): Promise<Claim> {
    const now = Date.now();
    const kept = this.kept.get(name);
    if (kept !== undefined && kept.until > now) return kept.claim;
    this.kept.delete(name);
    this.kept.set(name, { claim, until: now + KEPT_SECONDS * 1000 });
    this.forget(now);
    return claim;
  }

  async release(name: string): Promise<void> {
    this.kept.delete(name);
  }

  /** A map keeps the order in which its keys came: the oldest are first. */
  private forget(now: number): void {
    for (const [name, { until }] of this.kept) {
      if (until > now && this.kept.size <= MAX_KEPT) return;
      this.kept.delete(name);
    }
  }
}
