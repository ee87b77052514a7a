import { Injectable } from '@nestjs/common';

/** The time of the service. A host may bind its own (a fixed one in tests, say). */
export abstract class Clock {
  abstract now(): Date;
}

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

/** Below this the difference is the one-second grain of a `Date` header and the way of the answer. */
const TOLERATED_MS = 2_000;

/**
 * The one clock that links, keys and tokens depend on: the bound {@link Clock}, corrected by the store's
 * own `Date` where the two differ by more than 2 s, since the store decides when a link has run out.
 */
@Injectable()
export class StoreClock {
  private offsetMs = 0;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    return new Date(this.clock.now().getTime() + this.offsetMs);
  }

  /** By how much the store's clock is ahead; 0 within what is tolerated. */
  get skewMs(): number {
    return this.offsetMs;
  }

  /** Learn from an answer of the store. `date` is its `Date` header; what is no date is passed over. */
  observe(date: string | undefined): void {
    const storeTime = Date.parse(date ?? '');
    if (Number.isNaN(storeTime)) return;
    const difference = storeTime - this.clock.now().getTime();
    this.offsetMs = Math.abs(difference) > TOLERATED_MS ? difference : 0;
  }
}

/** `YYYYMMDDTHHMMSSZ` in UTC: ISO 8601 basic format, whole seconds. */
export function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** ISO 8601 in UTC, whole seconds: `2026-05-08T13:30:00Z`. */
export function wholeSeconds(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
