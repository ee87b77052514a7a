import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from './s3-failure.js';

/**
 * Tries of one call in all, the first included: with half of all calls failing, one in 65,536 is given up.
 * The SDK's own retries are off (s3-clients.ts), so that the two do not multiply.
 */
export const MAX_ATTEMPTS = 16;
/** No try begins later than this after the first failure, however few there were: each may be a stall. */
export const MAX_RETRY_MS = 60_000;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 1_000;

export interface RetryOptions {
  /** Ends all at once, a wait between two tries too. */
  signal: AbortSignal;
  /** Bytes held so far. A try that adds to them starts the count anew: a long read on a bad line arrives. */
  progress?: (() => number) | undefined;
  /** Asks for other credentials, once, where those of a try that began then have ended. */
  renewCredentials?: (usedAt: number) => Promise<void>;
  /** Called before each further try. */
  onRetry?: () => void;
}

/**
 * The one place where calls to the store are tried again: after answers that `reasonOf` calls transient (429,
 * 500, 502, 503, 504, a 200 that holds an error, a connection that broke or fell silent), and after a refusal
 * of credentials that have ended.
 *
 * @throws the last failure, or the signal's reason
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  { signal, progress = () => 0, renewCredentials, onRetry }: RetryOptions,
): Promise<T> {
  let failures = 0;
  let failingSince = 0;
  let renewed = renewCredentials === undefined;
  for (;;) {
    signal.throwIfAborted();
    const before = progress();
    const startedAt = performance.now();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const reason = reasonOf(error);
      if (reason === 'credentials_ended' && !renewed) {
        renewed = true;
        await orThrow(renewCredentials!(startedAt), error);
        continue;
      }
      if (reason !== 'transient') throw error;
      if (failures === 0 || progress() > before) {
        failures = 0;
        failingSince = performance.now();
      }
      failures++;
      if (failures >= MAX_ATTEMPTS) throw error;
      const delay = backoffMs(failures);
      if (performance.now() + delay - failingSince > MAX_RETRY_MS) throw error;
      // An abort ends it early; the next round says so.
      await sleep(delay, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) onRetry?.();
    }
  }
}

/**
 * Milliseconds before the next try: exponential with full jitter, so that many readers that failed together do not come
 * back together. https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffMs(failures: number): number {
  return Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

/** What made the help necessary says more than why it failed. */
async function orThrow(help: Promise<void>, error: unknown): Promise<void> {
  await help.catch(() => {
    throw error;
  });
}
