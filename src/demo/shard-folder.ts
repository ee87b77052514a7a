import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isShardKey } from '../audit-forge/shards/shard.js';
import { CommandError } from '../command-line.js';
import type { ShardToPut } from './put-engagement.js';

export interface ShardFolder {
  shards: ShardToPut[];
  /** Names of what is no shard; folders end with `/`. */
  leftOut: string[];
}

/**
 * The shards in a folder, not in those under it.
 * @throws CommandError
 */
export async function readShardFolder(dir: string): Promise<ShardFolder> {
  const folder: ShardFolder = { shards: [], leftOut: [] };
  for (const name of (await namesIn(dir)).toSorted()) {
    const path = join(dir, name);
    // A link that leads nowhere is no shard either.
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) folder.leftOut.push(`${name}/`);
    else if (!found?.isFile() || !isShardKey(name)) folder.leftOut.push(name);
    else {
      const { size } = found;
      folder.shards.push({ name, size, md5: () => md5(path), body: () => createReadStream(path) });
    }
  }
  return folder;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`;
    throw new CommandError(`${dir} ${problem}: --shards names a folder of shard files.`);
  }
}

async function md5(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
