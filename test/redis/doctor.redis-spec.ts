import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { BucketContext } from '../../src/doctor/bucket-context.js';
import { redisEviction, redisReachable, redisVersion } from '../../src/doctor/checks/redis.js';
import type { Check } from '../../src/doctor/finding.js';
import { RedisServer } from './redis-server.js';

describe('what the doctor finds of Redis', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  function run(check: Check, redisUrl = server.url) {
    const signal = new AbortController().signal;
    return check.run({ services: { options: { redisUrl } }, signal } as unknown as BucketContext);
  }

  it('is green where all is well', async () => {
    expect(await run(redisReachable)).toMatchObject({ status: 'green' });
    expect(await run(redisVersion)).toEqual({
      status: 'green',
      found: expect.stringMatching(/^\d+\.\d+/),
      todo: null,
    });
    expect(await run(redisEviction)).toEqual({ status: 'green', found: 'noeviction', todo: null });
  });

  it('is red where jobs can be lost', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const finding = await run(redisEviction);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(finding).toMatchObject({ status: 'red', found: expect.stringContaining('allkeys-lru') });
    expect(finding.todo).toContain('noeviction');
  });

  it('is amber where it may not ask', async () => {
    await redis.call('ACL', 'SETUSER', 'queue', 'on', '>of-the-queue', '~*', '+@all', '-info');
    const url = `redis://queue:of-the-queue@127.0.0.1:${server.port}`;
    expect(await run(redisReachable, url)).toMatchObject({ status: 'green' });
    for (const check of [redisVersion, redisEviction])
      expect(await run(check, url)).toMatchObject({ status: 'amber' });
  });

  it('is red where the password is wrong, and does not show it', async () => {
    const finding = await run(redisReachable, `redis://:wrong-password@127.0.0.1:${server.port}`);
    expect(finding).toMatchObject({ status: 'red', found: 'refuses (WRONGPASS)' });
    expect(JSON.stringify(finding)).not.toContain('wrong-password');
  });

  it('is red where nobody answers', async () => {
    expect(await run(redisReachable, 'redis://127.0.0.1:1')).toMatchObject({
      status: 'red',
      found: 'does not answer (ECONNREFUSED)',
    });
  });
});
