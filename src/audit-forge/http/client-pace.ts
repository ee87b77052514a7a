/** Below this, over {@link PACE_SECONDS}, a client keeps what others wait for too long. */
export const MIN_BYTES_PER_SECOND = 16 * 1024;
/** Seconds that a client has kept its writer waiting; those in which the store did are none of its own. */
export const PACE_SECONDS = 60;

/** How much a client has taken in the last minute in which it was waited for. */
export class ClientPace {
  /** Bytes by second, round a minute and the second under way. */
  private readonly taken = Array.from({ length: PACE_SECONDS + 1 }, () => 0);
  private waitedMs = 0;

  waited(ms: number): void {
    const from = this.second;
    this.waitedMs += ms;
    const begun = Math.min(this.second - from, this.taken.length);
    for (let at = 0; at < begun; at++) this.taken[(this.second - at) % this.taken.length] = 0;
  }

  took(bytes: number): void {
    this.taken[this.second % this.taken.length]! += bytes;
  }

  get isSlow(): boolean {
    if (this.second < PACE_SECONDS) return false;
    return this.taken.reduce((sum, bytes) => sum + bytes, 0) < MIN_BYTES_PER_SECOND * PACE_SECONDS;
  }

  private get second(): number {
    return Math.floor(this.waitedMs / 1000);
  }
}
