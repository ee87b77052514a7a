import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';

/** Resolves once what is read equals what is expected. Fails with the difference if it never does: the limit is for that case alone. */
export async function becomes<T>(
  read: () => T | Promise<T>,
  expected: unknown,
  limitMs = 30_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      expect(await read()).toEqual(expected);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(20);
  }
}
