import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from './s3-failure.js';

/** Tries in all, the first included. */
export const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 2_000;

/**
 * Wait before try `attempt` + 1: exponential with full jitter, so that many readers that failed together do
 * not come back together. https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoff(attempt: number, signal: AbortSignal): Promise<void> {
  const limit = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return sleep(Math.random() * limit, undefined, { signal });
}

/** Call until it succeeds, fails for a reason that another try does not mend, or has been tried enough. */
export async function withRetries<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= MAX_ATTEMPTS || reasonOf(error) !== 'transient') throw error;
      await backoff(attempt, signal);
    }
  }
}
