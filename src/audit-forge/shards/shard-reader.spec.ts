import { expect, it } from '@jest/globals';
import { noAbort, optionsWith, segmentFetcherWith } from '../../../test/support/aws-mock.js';
import { ReadBudget } from './read-budget.js';
import { ShardReader } from './shard-reader.js';
import type { Shard } from './shard.js';
import type { Snapshot } from './snapshot.js';

it('a log ends only when every stored byte of the snapshot has been handed on', async () => {
  const reader = new ShardReader(segmentFetcherWith().fetcher, new ReadBudget(optionsWith()));
  // A snapshot that hands out less than it holds: whatever the cause, it must not look like the whole log.
  const snapshot = {
    async *shards(): AsyncGenerator<Shard> {},
    totals: async () => ({ shards: 1, plainBytes: 20, compressedBytes: 3 }),
  };
  const owner = { caller: 'admin:ops', export: '1' };
  const read = reader.read({ bucket: 'logs' }, snapshot as unknown as Snapshot, owner, noAbort());
  await expect(Array.fromAsync(read)).rejects.toMatchObject({
    code: 'internal_error',
    context: { reason: 'handed on 0 of 23 stored bytes' },
  });
});
