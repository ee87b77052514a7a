import { expect, it } from '@jest/globals';
import { effectiveSettings } from './effective-settings.js';
import { readEnvironment, VARIABLES } from './environment.js';

const SECRETS = {
  AUDITFORGE_SESSION_SECRET: 'only-for-tests-0123456789-abcdefghijkl',
  AUDITFORGE_ADMIN_TOKENS: 'ops:token-0123456789-abcdefghijklmnopqrs',
  AUDITFORGE_REDIS_URL: 'rediss://user:redis-password@redis.example.com:6380/1',
};

it('tells every setting, and no secret', () => {
  const settings = readEnvironment({
    ...SECRETS,
    AUDITFORGE_SHARED_BUCKET: 'metis-shared',
    AUDITFORGE_RATE_STREAM: '7',
    AWS_REGION: 'eu-central-1',
  });
  settings.auditForge.credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-access-key' };
  const told = effectiveSettings(settings);
  expect(told).toMatchObject({
    host: '0.0.0.0',
    port: 3000,
    trustedProxies: [],
    sharedBucket: 'metis-shared',
    region: 'eu-central-1',
    rateStream: 7,
    rateRead: 300,
    memoryBudgetMiB: 256,
    adminTokens: ['ops'],
    sessionSecret: 'set',
    redisUrl: 'redis.example.com:6380',
  });
  expect(JSON.stringify(told)).not.toMatch(
    /only-for-tests|token-0123|redis-password|user|AKIDEXAMPLE|secret-access-key/,
  );
  // Each setting is one variable, but for the two ways to verify sessions and what has no effect yet.
  expect(Object.keys(told).length).toBeGreaterThan(VARIABLES.length - 10);
});
