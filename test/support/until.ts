import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once the condition holds; fails when it never does. The limit is for the failing case alone. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`This never came true: ${condition.toString()}`);
    await sleep(10);
  }
}
