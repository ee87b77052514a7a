import { describe, expect, it } from '@jest/globals';
import { InvalidEnvironment, readEnvironment, VARIABLES } from './environment.js';

const SECRET = 'only-for-tests-0123456789-abcdefghijkl';
const TOKEN = 'token-0123456789-abcdefghijklmnopqrs';
const NEEDED = { AUDITFORGE_SHARED_BUCKET: 'metis-shared', AUDITFORGE_SESSION_SECRET: SECRET };

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readEnvironment(environment);
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  it('needs a shared bucket and a way to verify sessions, and no more', () => {
    expect(readEnvironment(NEEDED)).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      auditForge: { sharedBucket: 'metis-shared', sessionSecret: SECRET },
    });
  });

  it('is read in full', () => {
    const settings = readEnvironment({
      ...NEEDED,
      AUDITFORGE_SESSION_SECRET: undefined,
      AUDITFORGE_SESSION_JWKS_URL: 'https://idp.example.com/jwks',
      HOST: '127.0.0.1',
      PORT: '8080',
      AWS_REGION: 'eu-central-1',
      AUDITFORGE_SOURCE_BUCKETS: 'client-a, metis-af-*-123456789012',
      AUDITFORGE_SESSION_ISSUER: 'idp',
      AUDITFORGE_SESSION_AUDIENCE: 'audits',
      AUDITFORGE_S3_ENDPOINT: 'http://127.0.0.1:9000',
      AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
      AUDITFORGE_S3_PUBLIC_ENDPOINT: 'https://files.example.com',
      AUDITFORGE_SHARD_PREFIX: 'logs/{engagement_id}/',
      AUDITFORGE_MEMORY_BUDGET_MIB: '512',
      AUDITFORGE_MAX_ACTIVE_EXPORTS: '8',
      AUDITFORGE_EXPORT_WAIT_SECONDS: '0',
      AUDITFORGE_STALL_SECONDS: '5',
      AUDITFORGE_CLIENT_IDLE_SECONDS: '30',
      AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '20',
    });
    expect(settings).toMatchObject({ host: '127.0.0.1', port: 8080 });
    expect(
      Object.fromEntries(Object.entries(settings.auditForge).filter(([, value]) => value !== undefined)),
    ).toEqual({
      sharedBucket: 'metis-shared',
      sessionJwksUrl: 'https://idp.example.com/jwks',
      region: 'eu-central-1',
      sourceBuckets: ['client-a', 'metis-af-*-123456789012'],
      sessionIssuer: 'idp',
      sessionAudience: 'audits',
      s3Endpoint: 'http://127.0.0.1:9000',
      s3ForcePathStyle: true,
      s3PublicEndpoint: 'https://files.example.com',
      shardPrefix: 'logs/{engagement_id}/',
      memoryBudgetMiB: 512,
      maxActiveExports: 8,
      exportWaitSeconds: 0,
      stallSeconds: 5,
      clientIdleSeconds: 30,
      shutdownGraceSeconds: 20,
    });
  });

  it('is refused with every problem at once', () => {
    const problems = problemsOf({
      PORT: '70000',
      AUDITFORGE_SESSION_ISSUER: '',
      AUDITFORGE_SHARD_PREFIX: 'logs/',
      AUDITFORGE_STALL_SECONDS: '1.5',
      AUDITFORGE_ADMIN_TOKENS: 'short',
      AUDITFORGE_SHARED_BUKET: 'metis-shared',
    });
    expect(problems.map((problem) => problem.split(' ')[0]).toSorted((a, b) => a!.localeCompare(b!))).toEqual(
      [
        'AUDITFORGE_ADMIN_TOKENS',
        'AUDITFORGE_SESSION_SECRET',
        'AUDITFORGE_SHARD_PREFIX',
        'AUDITFORGE_SHARED_BUCKET',
        'AUDITFORGE_SHARED_BUKET',
        'AUDITFORGE_STALL_SECONDS',
        'PORT',
      ],
    );
    expect(new InvalidEnvironment(problems).message.split('\n')).toHaveLength(1 + problems.length);
  });

  it.each(['AUDITFORGE_SHARED_BUKET', 'AUDITFORGE_', 'AUDITFORGE_admin_tokens', 'AUDITFORGE_EXPORT_ID'])(
    'is refused with the unknown name %s, also where it is empty',
    (name) => {
      expect(problemsOf({ ...NEEDED, [name]: 'x' })).toEqual([
        expect.stringMatching(`^${name} is not a setting`),
      ]);
      expect(problemsOf({ ...NEEDED, [name]: '' })).toEqual([
        expect.stringMatching(`^${name} is not a setting`),
      ]);
    },
  );

  it('may hold other names', () => {
    expect(problemsOf({ ...NEEDED, PATH: '/bin', AUDITFORGERY: 'x', XAUDITFORGE_Y: 'x' })).toEqual([]);
  });

  it.each(VARIABLES)('takes %s as not set where it is set to nothing', (name) => {
    const others = { ...NEEDED, AUDITFORGE_SESSION_JWKS_URL: undefined };
    const missing = name in NEEDED ? [expect.stringContaining(name)] : [];
    expect(problemsOf({ ...others, [name]: '' })).toEqual(missing);
  });

  it.each<[name: string, wrong: string[]]>([
    ['PORT', ['-1', '65536', '80a', ' 80', '080', '1e3', '0x50']],
    ['AUDITFORGE_SHARED_BUCKET', ['arn:aws:s3:::metis', 'Metis', 'a', '127.0.0.1']],
    ['AUDITFORGE_SOURCE_BUCKETS', ['*', 'client-*', 'Client', 'client-a,,client-b']],
    ['AUDITFORGE_SESSION_SECRET', ['x'.repeat(31)]],
    ['AUDITFORGE_S3_ENDPOINT', ['minio:9000', 'ftp://minio']],
    ['AUDITFORGE_S3_PUBLIC_ENDPOINT', ['files.example.com']],
    ['AUDITFORGE_S3_FORCE_PATH_STYLE', ['yes', '1', 'TRUE', ' true']],
    [
      'AUDITFORGE_SHARD_PREFIX',
      [
        'logs/',
        'logs/{engagement_id}',
        '/{engagement_id}/',
        'auditforge/exports/{engagement_id}/',
        'auditforge/{engagement_id}/',
        'a{engagement_id}/',
        '{engagement_id}/{engagement_id}/',
      ],
    ],
    ['AUDITFORGE_MEMORY_BUDGET_MIB', ['63', '1048577', '256M']],
    ['AUDITFORGE_MAX_ACTIVE_EXPORTS', ['0', '10001']],
    ['AUDITFORGE_EXPORT_WAIT_SECONDS', ['-1', '301']],
    ['AUDITFORGE_STALL_SECONDS', ['0', '301']],
    ['AUDITFORGE_CLIENT_IDLE_SECONDS', ['0', '3601']],
    ['AUDITFORGE_SHUTDOWN_GRACE_SECONDS', ['-1', '3601']],
    ['AWS_REGION', ['EU', 'eu.central']],
    ['AUDITFORGE_RATE_SIGNED_URL', ['-1', 'many']],
    ['AUDITFORGE_RATE_STREAM', ['1.5']],
    ['AUDITFORGE_RATE_READ', ['x']],
    ['AUDITFORGE_RATE_ADMIN', ['x']],
    ['AUDITFORGE_RATE_AUTH_FAILURES', ['x']],
    [
      'AUDITFORGE_CORS_ORIGINS',
      ['*', 'https://*.example.com', 'example.com', 'https://example.com/', 'null', 'https://a.example,*'],
    ],
    [
      'AUDITFORGE_TRUSTED_PROXIES',
      ['*', '10.0.0.1,*', '10.0.0.0/0', '::/0', '10.0.0.0/33', 'proxy', '10.0.0'],
    ],
    ['AUDITFORGE_REDIS_URL', ['localhost:6379', 'http://localhost']],
    ['AUDITFORGE_EXPORT_RECORDS', ['yes']],
    ['AUDITFORGE_CUSTODY_TRAIL', ['1']],
    ['AUDITFORGE_INSECURE_COOKIE', ['on']],
    ['AUDITFORGE_MANAGEMENT_PORT', ['0', '65536']],
  ])('is refused where %s is any of %j, by that name', (name, wrong) => {
    for (const value of wrong) {
      const problems = problemsOf({ ...NEEDED, [name]: value });
      expect([value, problems.map((problem) => problem.split(' ')[0])]).toEqual([value, [name]]);
    }
  });

  it.each([undefined, '0.0.0.0', '192.168.0.1', 'audit.example.com', '::'])(
    'lets the cookie do without TLS on loopback alone, and not on %s',
    (HOST) => {
      const insecure = { ...NEEDED, AUDITFORGE_INSECURE_COOKIE: 'true' };
      expect(problemsOf({ ...insecure, HOST })).toEqual([
        expect.stringMatching(/^AUDITFORGE_INSECURE_COOKIE is for a HOST on loopback, such as 127\.0\.0\.1/),
      ]);
      for (const loopback of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
        expect(problemsOf({ ...insecure, HOST: loopback })).toEqual([]);
      expect(problemsOf({ ...NEEDED, AUDITFORGE_INSECURE_COOKIE: 'false', HOST })).toEqual([]);
    },
  );

  it('has two ports or one, but not the same twice', () => {
    expect(readEnvironment(NEEDED).managementPort).toBeUndefined();
    expect(readEnvironment({ ...NEEDED, AUDITFORGE_MANAGEMENT_PORT: '9464' }).managementPort).toBe(9464);
    const wrong = ['AUDITFORGE_MANAGEMENT_PORT must be another port than PORT, which is 3000'];
    expect(problemsOf({ ...NEEDED, AUDITFORGE_MANAGEMENT_PORT: '3000' })).toEqual(wrong);
    expect(problemsOf({ ...NEEDED, PORT: '9464', AUDITFORGE_MANAGEMENT_PORT: '3000' })).toEqual([]);
  });

  it('has no trail without records', () => {
    const trail = { ...NEEDED, AUDITFORGE_CUSTODY_TRAIL: 'true' };
    expect(problemsOf({ ...trail, AUDITFORGE_EXPORT_RECORDS: 'false' })).toEqual([
      'AUDITFORGE_CUSTODY_TRAIL needs AUDITFORGE_EXPORT_RECORDS=true',
    ]);
    expect(problemsOf(trail)).toEqual([]);
  });

  it('shows no secret in its problems', () => {
    const problems = problemsOf({
      AUDITFORGE_SESSION_SECRET: 'short-secret',
      AUDITFORGE_ADMIN_TOKENS: 'short-token,ops:short-token',
      AUDITFORGE_REDIS_URL: 'http://user:redis-password@redis',
    });
    expect(problems.length).toBeGreaterThanOrEqual(4);
    expect(problems.join('\n')).not.toMatch(/short-secret|short-token|redis-password/);
  });
});

const url = (address: string) => ({
  AUDITFORGE_SHARED_BUCKET: 'metis-shared',
  AUDITFORGE_SESSION_JWKS_URL: address,
});

describe('the ways to verify sessions', () => {
  const JWKS = { AUDITFORGE_SESSION_JWKS_URL: 'https://idp.example.com/jwks' };

  it('are a secret or a key set', () => {
    expect(problemsOf(NEEDED)).toEqual([]);
    expect(problemsOf({ AUDITFORGE_SHARED_BUCKET: 'metis-shared', ...JWKS })).toEqual([]);
  });

  it('are not both', () => {
    const problems = problemsOf({ ...NEEDED, ...JWKS });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/AUDITFORGE_SESSION_SECRET and AUDITFORGE_SESSION_JWKS_URL are both set/);
  });

  it('are not none', () => {
    const problems = problemsOf({ AUDITFORGE_SHARED_BUCKET: 'metis-shared' });
    expect(problems).toEqual([
      expect.stringMatching(/AUDITFORGE_SESSION_SECRET or AUDITFORGE_SESSION_JWKS_URL is required/),
    ]);
  });

  it('are not a key set over plain http, but on loopback', () => {
    expect(problemsOf(url('http://127.0.0.1:9000/jwks'))).toEqual([]);
    expect(problemsOf(url('http://idp.example.com/jwks'))).toEqual([
      expect.stringMatching(/^AUDITFORGE_SESSION_JWKS_URL /),
    ]);
  });
});

const tokens = (value: string) =>
  readEnvironment({ ...NEEDED, AUDITFORGE_ADMIN_TOKENS: value }).auditForge.adminTokens;

describe('admin tokens', () => {
  it.each([
    [TOKEN, [{ label: 'admin', token: TOKEN }]],
    [`ops:${TOKEN}`, [{ label: 'ops', token: TOKEN }]],
    [
      `ops:${TOKEN}, ci.main_2-b:${TOKEN}x`,
      [
        { label: 'ops', token: TOKEN },
        { label: 'ci.main_2-b', token: `${TOKEN}x` },
      ],
    ],
    [
      `ops:${TOKEN},${TOKEN}y`,
      [
        { label: 'ops', token: TOKEN },
        { label: 'admin', token: `${TOKEN}y` },
      ],
    ],
    [`ops:a:${TOKEN}`, [{ label: 'ops', token: `a:${TOKEN}` }]],
    [`OPS:${TOKEN}`, [{ label: 'admin', token: `OPS:${TOKEN}` }]],
    [`${'x'.repeat(32)}:${TOKEN}`, [{ label: 'x'.repeat(32), token: TOKEN }]],
  ])('%s are %j', (value, expected) => {
    expect(tokens(value)).toEqual(expected);
  });

  it.each([
    ['one character', 'x'.repeat(40)],
    ['what .env.example shows', '<at-least-32-random-characters-here>'],
    ['what is to be changed', 'change-me-change-me-change-me-change-me'],
  ])('that can be guessed are refused: %s', (_, secret) => {
    const because = expect.stringMatching(/can be guessed: make one with openssl/);
    expect(problemsOf({ ...NEEDED, AUDITFORGE_ADMIN_TOKENS: `ops:${secret}` })).toEqual([because]);
    expect(problemsOf({ ...NEEDED, AUDITFORGE_SESSION_SECRET: secret })).toEqual([because]);
  });

  it('may be none', () => {
    expect(tokens('') ?? []).toEqual([]);
  });

  it.each<[value: string, which: RegExp]>([
    ['x'.repeat(31), /token 1 /],
    [`ops:${'x'.repeat(31)}`, /token 1 /],
    [`${TOKEN},`, /token 2 /],
    [`${TOKEN},,${TOKEN}`, /token 2 /],
    ['ops:', /token 1 /],
  ])('%j are refused, by the place of the one that is too short', (value, which) => {
    const problems = problemsOf({ ...NEEDED, AUDITFORGE_ADMIN_TOKENS: value });
    expect(problems).toEqual([expect.stringMatching(which)]);
    expect(problems[0]).toMatch(/^AUDITFORGE_ADMIN_TOKENS .* at least 32 characters/);
  });
});
