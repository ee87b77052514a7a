import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export default async function printTotals() {
  const { TEST_FUZZ_TOTALS: folder, TEST_FUZZ_SEED: seed } = process.env;
  const totals = new Map();
  for (const file of await readdir(folder)) {
    const counts = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const [answer, count] of counts) totals.set(answer, (totals.get(answer) ?? 0) + count);
  }
  await rm(folder, { recursive: true });
  const all = [...totals.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...totals]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([answer, count]) => `${String(count).padStart(8)}  ${answer}\n`);
  process.stdout.write(`\nfuzz, all files: ${all} requests, TEST_FUZZ_SEED=${seed}\n${lines.join('')}\n`);
}
