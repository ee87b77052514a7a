import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each file runs in a process of its own and leaves its counts here. One seed holds for all of them. */
export default async function openTotals() {
  process.env.TEST_FUZZ_SEED ||= String(randomInt(2 ** 31));
  process.env.TEST_FUZZ_TOTALS = await mkdtemp(join(tmpdir(), 'fuzz-totals-'));
}
