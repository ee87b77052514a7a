import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { BucketContext } from '../../src/doctor/bucket-context.js';
import {
  redisEviction,
  redisPersistence,
  redisReachable,
  redisVersion,
} from '../../src/doctor/checks/redis.js';
import { runProgram } from '../../src/cli/program.js';
import type { Check } from '../../src/doctor/finding.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { SESSION_SECRET } from '../support/session-tokens.js';
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
    await redis.config('SET', 'appendonly', 'yes');
    const persistence = await run(redisPersistence);
    await redis.config('SET', 'appendonly', 'no');
    expect(persistence).toEqual({ status: 'green', found: 'appendonly yes', todo: null });
  });

  it('is amber where a restart loses jobs', async () => {
    const finding = await run(redisPersistence);
    expect(finding).toMatchObject({ status: 'amber', found: expect.stringContaining('appendonly is no') });
    expect(finding.todo).toContain('appendonly yes');
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
    for (const check of [redisVersion, redisEviction, redisPersistence])
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

  describe('in its report', () => {
    let store: EmbeddedStore;
    let bucket: string;

    beforeAll(async () => {
      store = await openEmbeddedStore();
      bucket = await store.makeBucket({ versioned: true });
      const { accessKeyId, secretAccessKey } = store.config.credentials;
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    });
    afterAll(async () => {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
      await store.close();
    });

    /** The lines of what the command writes that speak of Redis. */
    async function lines(environment: Record<string, string>) {
      let written = '';
      const output = { write: (text: string) => (written += text) };
      const settings = {
        AUDITFORGE_SHARED_BUCKET: bucket,
        AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
        AUDITFORGE_S3_ENDPOINT: store.config.endpoint,
        AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
        AWS_REGION: store.config.region,
      };
      const exitCode = await runProgram(
        ['doctor'],
        { ...settings, ...environment },
        {
          stdout: output,
          stderr: { write: () => undefined },
        },
      );
      const ofRedis = written.split('\n').filter((line) => line.includes('Redis'));
      return { exitCode, written, ofRedis: ofRedis.map((line) => line.trim().replaceAll(/ {2,}/g, ' ')) };
    }

    it('stands where there is one', async () => {
      const { exitCode, ofRedis } = await lines({ AUDITFORGE_REDIS_URL: server.url });
      expect(ofRedis.slice(0, 4)).toEqual([
        expect.stringMatching(/^✔ ok Redis answers in \d+ ms$/),
        expect.stringMatching(/^✔ ok Redis version \d+\.\d+/),
        '✔ ok Redis eviction noeviction',
        expect.stringMatching(/^! warn Redis persistence appendonly is no/),
      ]);
      expect(exitCode).toBe(0);
    });

    it('fails where nobody answers, and then asks no more', async () => {
      const { exitCode, ofRedis, written } = await lines({
        AUDITFORGE_REDIS_URL: 'redis://:secret-of-redis@127.0.0.1:1',
      });
      expect(ofRedis).toEqual([
        '✘ FAIL Redis does not answer (ECONNREFUSED)',
        '! warn Redis version not checked: needs "Redis"',
        '! warn Redis eviction not checked: needs "Redis"',
        '! warn Redis persistence not checked: needs "Redis"',
      ]);
      expect(exitCode).toBe(1);
      expect(written).not.toContain('secret-of-redis');
    });

    it('says nothing of it where there is none', async () => {
      const { exitCode, written } = await lines({});
      expect(written).not.toMatch(/redis/i);
      expect(exitCode).toBe(0);
    });
  });
});
