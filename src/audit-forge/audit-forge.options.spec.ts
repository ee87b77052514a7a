import { describe, expect, it } from '@jest/globals';
import { type AuditForgeOptions, checkedOptions, resolveOptions } from './audit-forge.options.js';

const TOKEN = 'x'.repeat(32);

describe('the options of the module', () => {
  it('have defaults for all but the shared bucket', () => {
    expect(checkedOptions({ sharedBucket: 'metis-shared' })).toMatchObject({
      sharedBucket: 'metis-shared',
      adminTokens: [],
      sessionIssuer: 'auditforge',
      sessionAudience: 'auditforge',
      s3ForcePathStyle: false,
      shardPrefix: 'auditforge/audit/{engagement_id}/',
      memoryBudgetMiB: 256,
      maxActiveExports: 32,
      exportWaitSeconds: 10,
      stallSeconds: 15,
      clientIdleSeconds: 60,
      shutdownGraceSeconds: 10,
    });
  });

  it('keep a default where a value is undefined', () => {
    const given = {
      sharedBucket: 'metis-shared',
      memoryBudgetMiB: undefined,
    } as unknown as Partial<AuditForgeOptions>;
    expect(checkedOptions(given).memoryBudgetMiB).toBe(256);
  });

  it.each<[property: keyof AuditForgeOptions, value: unknown]>([
    ['sharedBucket', undefined],
    ['sharedBucket', 'arn:aws:s3:::metis'],
    ['sourceBuckets', 'metis'],
    ['sourceBuckets', ['metis-*']],
    ['adminTokens', [{ label: 'ops', token: 'x'.repeat(31) }]],
    ['sessionSecret', 'x'.repeat(31)],
    ['sessionJwksUrl', 'http://idp.example.com/jwks'],
    ['sessionIssuer', ''],
    ['sessionAudience', ''],
    ['region', 'EU'],
    ['s3Endpoint', 'minio:9000'],
    ['s3ForcePathStyle', 'true'],
    ['s3PublicEndpoint', 'https://user@files.example.com'],
    ['shardPrefix', 'auditforge/audit/'],
    ['memoryBudgetMiB', 63],
    ['memoryBudgetMiB', 64.5],
    ['maxActiveExports', 0],
    ['exportWaitSeconds', -1],
    ['exportWaitSeconds', 301],
    ['stallSeconds', 0],
    ['clientIdleSeconds', 0],
    ['shutdownGraceSeconds', -1],
    ['shutdownGraceSeconds', '10'],
  ])('are not right with %s as %j', (property, value) => {
    const { problems } = resolveOptions({
      sharedBucket: 'metis-shared',
      [property]: value,
    });
    if (value === undefined)
      expect(resolveOptions({}).problems.map((problem) => problem.property)).toEqual([property]);
    else expect(new Set(problems.map((problem) => problem.property))).toEqual(new Set([property]));
  });

  it('count the bytes of a secret, not its characters', () => {
    const letters = 'àáâãäåèéêëìíîïòó';
    expect(resolveOptions({ sharedBucket: 'metis-shared', sessionSecret: letters }).problems).toEqual([]);
    expect(
      resolveOptions({ sharedBucket: 'metis-shared', sessionSecret: letters.slice(1) }).problems,
    ).toHaveLength(1);
  });

  it('take a secret or a key set, not both', () => {
    const given = {
      sharedBucket: 'metis-shared',
      sessionSecret: TOKEN,
      sessionJwksUrl: 'https://idp.example.com/jwks',
    };
    expect(() => checkedOptions(given)).toThrow(/set exactly one/);
  });

  it('are refused with every problem at once, one a line, and without a secret in it', () => {
    const given = {
      sessionSecret: 'short-secret',
      shardPrefix: 'x',
      adminTokens: [{ label: 'ops', token: 'short-token' }],
    };
    expect(() => checkedOptions(given)).toThrow(
      /^AuditForgeModule cannot start:\n {2}sharedBucket .*\n {2}sessionSecret .*\n {2}shardPrefix .*\n {2}adminTokens token 1 .*$/,
    );
    expect(() => checkedOptions(given)).not.toThrow(/short-secret|short-token/);
  });
});
