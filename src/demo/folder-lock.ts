import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-line.js';

/**
 * Keeps a second demo out of the folder, which its store would spoil for the first.
 * @returns what gives the folder free
 * @throws CommandError
 */
export function lockFolder(dir: string): () => void {
  const path = join(dir, 'lock');
  const owner = ownerOf(path);
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
    throw new CommandError(
      `A demo runs in ${dir} already, as process ${owner}: end that one first. (If it is no demo, remove ${path}.)`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
