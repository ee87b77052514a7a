import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const DOCUMENTS = ['docs/reliability.md', 'docs/security.md'];
const ROWS = Array.from({ length: 37 }, (_, at) => at + 1);

/** `failures N: …` and `failures N and M: …`, as tests are named. */
const TITLE = /failures ((?:\d+(?:, | and )?)+):/g;
const TABLE_ROW = /^\| (\d+) +\| (.+) \|$/gm;
const LINK = /\]\(\.\.\/([^)]+)\)/g;

/** The files whose tests are named after each row. */
function testsByRow(): Map<number, Set<string>> {
  const byRow = new Map<number, Set<string>>();
  for (const folder of ['src', 'test']) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!/(spec|contract)\.ts$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      for (const [, numbers] of readFileSync(file, 'utf8').matchAll(TITLE)) {
        for (const number of numbers!.match(/\d+/g)!) add(byRow, Number(number), relative(ROOT, file));
      }
    }
  }
  return byRow;
}

/** The files that the tables name for each row. */
function tableRows(): Map<number, Set<string>> {
  const rows = new Map<number, Set<string>>();
  for (const document of DOCUMENTS) {
    for (const [, number, cells] of readFileSync(join(ROOT, document), 'utf8').matchAll(TABLE_ROW)) {
      for (const [, file] of cells!.matchAll(LINK)) add(rows, Number(number), file!);
    }
  }
  return rows;
}

function add(map: Map<number, Set<string>>, number: number, file: string): void {
  map.set(number, (map.get(number) ?? new Set()).add(file));
}

it.each(ROWS)('row %i of the tables names the tests that are named after it', (row) => {
  const named = [...(tableRows().get(row) ?? [])].toSorted();
  const tests = [...(testsByRow().get(row) ?? [])].toSorted();
  expect(tests).not.toEqual([]);
  expect(named).toEqual(tests);
});
