import type { DemoBucket } from './demo-bucket.js';
import type { LoadedEngagement } from './loaded-engagement.js';
import type { Progress } from '../progress.js';
import { putEngagement } from './put-engagement.js';
import { count, megabytes, seconds, shardCount } from './quantities.js';
import { readShardFolder } from './shard-folder.js';

/** A folder whose shards become the log of an engagement. */
export interface FolderToLoad {
  engagement: string;
  /** An absolute path. */
  dir: string;
}

/** Puts the folder's shards in place of all that the engagement had. */
export async function putFolder(
  bucket: DemoBucket,
  { engagement: id, dir }: FolderToLoad,
  progress: Progress,
): Promise<LoadedEngagement> {
  const start = performance.now();
  const { shards, leftOut } = await readShardFolder(dir);
  const createdAt = `${new Date().toISOString().slice(0, 19)}Z`;
  await putEngagement(bucket, { id, name: id, createdAt, shards: shards.values() }, (done) => {
    progress.step(`Loading ${id}: ${count(done)} of ${count(shards.length)} shards`);
  });
  const bytes = shards.reduce((sum, { size }) => sum + size, 0);
  progress.line(`Loaded ${id}: ${shardCount(shards.length)}, ${megabytes(bytes)}, in ${seconds(start)}.`);
  return { id, shards: shards.length, bytes, folder: dir, leftOut };
}
