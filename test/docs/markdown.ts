import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block, and the last heading above it. */
export interface Block {
  heading: string;
  language: string;
  text: string;
}

/** A document of this repository, by its path from the root. */
export function documentText(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

/** The rows of every table whose first column is headed so, each as its cells; the code marks of a cell stay. */
export function tableRows(document: string, firstColumn: string): string[][] {
  const rows: string[][] = [];
  let isWanted = false;
  let isTable = false;
  for (const line of document.split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : undefined;
    if (cells === undefined) isTable = false;
    else if (!isTable) [isTable, isWanted] = [true, cells[0] === firstColumn];
    else if (isWanted && !/^:?-+:?$/.test(cells[0]!)) rows.push(cells);
  }
  return rows;
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** What stands between the code marks of a cell; undefined: it is no code. */
export function code(cell: string): string | undefined {
  return /^`([^`]+)`$/.exec(cell)?.[1];
}

export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: Block | undefined;
  for (const line of document.split('\n')) {
    const [, language] = /^```(.*)$/.exec(line) ?? [];
    if (open !== undefined && language !== undefined) {
      blocks.push(open);
      open = undefined;
    } else if (open !== undefined) open.text += `${line}\n`;
    else if (language !== undefined) open = { heading, language, text: '' };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  return blocks;
}
