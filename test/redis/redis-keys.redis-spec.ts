import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Claim } from '../../src/audit-forge/idempotency/idempotency-keys.js';
import { RedisKeys } from '../../src/audit-forge/idempotency/redis-keys.js';
import { newExportId } from '../../src/audit-forge/records/export-id.js';
import { optionsWith } from '../support/aws-mock.js';
import { RedisServer } from './redis-server.js';

function claimOf(): Claim {
  return { exportId: newExportId(new Date()), format: 'jsonl', expiresIn: 600 };
}

describe('idempotency keys in Redis', () => {
  let server: RedisServer;
  let both: [RedisKeys, RedisKeys];

  beforeEach(async () => {
    server = await RedisServer.start();
    const options = optionsWith({ redisUrl: server.url });
    both = [new RedisKeys(options), new RedisKeys(options)];
  });
  afterEach(async () => {
    for (const keys of both) keys.onApplicationShutdown();
    await server.stop();
  });

  it('keep the first claim for all instances, also when all come at once', async () => {
    const claims = Array.from({ length: 20 }, claimOf);
    const kept = await Promise.all(claims.map((claim, at) => both[at % 2]!.claim('name', claim)));
    expect(claims).toContainEqual(kept[0]);
    expect(new Set(kept.map(({ exportId }) => exportId)).size).toBe(1);
    const other = claimOf();
    expect(await both[1].claim('other name', other)).toEqual(other);
  });

  it('can be released', async () => {
    await both[0].claim('name', claimOf());
    await both[1].release('name');
    const claim = claimOf();
    expect(await both[0].claim('name', claim)).toEqual(claim);
  });

  it('do not show what the client chose, and go after a day', async () => {
    await both[0].claim('a-secret-of-a-client', claimOf());
    const redis = new Redis(server.url);
    const [key, ...others] = await redis.keys('*');
    expect(others).toEqual([]);
    expect(key).toMatch(/^auditforge:idempotency:[0-9a-f]{64}$/);
    const seconds = await redis.ttl(key!);
    redis.disconnect();
    expect(seconds).toBeGreaterThan(86_000);
    expect(seconds).toBeLessThanOrEqual(86_400);
  });

  it.each([
    '{"exportId":"../../other","format":"jsonl","expiresIn":600}',
    '{"exportId":"20260101T000000Z-aaaaaaaaaa","format":"exe","expiresIn":600}',
    '{"exportId":"20260101T000000Z-aaaaaaaaaa","format":"jsonl","expiresIn":86400}',
    '{}',
    'no JSON',
  ])('do not believe %s', async (kept) => {
    await both[0].claim('name', claimOf());
    const redis = new Redis(server.url);
    const [key] = await redis.keys('*');
    await redis.set(key!, kept);
    redis.disconnect();
    await expect(both[1].claim('name', claimOf())).rejects.toThrow();
  });

  it('are unavailable while Redis is away, and there again when it is back', async () => {
    await both[0].claim('name', claimOf());
    await server.stop();
    await expect(both[0].claim('name', claimOf())).rejects.toMatchObject({ code: 'queue_unavailable' });
    await server.start();
    let kept: Claim | undefined;
    while (kept === undefined) {
      await sleep(50);
      kept = await both[0].claim('name', claimOf()).catch(() => undefined);
    }
    expect(await both[0].claim('name', claimOf())).toEqual(kept);
  });
});
