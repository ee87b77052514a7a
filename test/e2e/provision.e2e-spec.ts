import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runProgram } from '../../src/cli/program.js';
import { mockS3, s3Error, type S3Mock } from '../support/aws-mock.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';

const SETTINGS = ['versioning', 'encryption', 'public-access-block', 'lifecycle'];

async function run(args: string[], environment: Record<string, string>) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runProgram(['provision', ...args], environment, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  const outcomes = Object.fromEntries(
    [...written.stdout.matchAll(/^ {2}([a-z-]+) +(\S+(?: \S+)*?) {2,}/gm)].map(([, name, outcome]) => [
      name,
      outcome,
    ]),
  );
  return { exitCode, outcomes, ...written };
}

function all(outcome: string): Record<string, string> {
  return Object.fromEntries(['bucket', ...SETTINGS].map((name) => [name, outcome]));
}

beforeAll(() => {
  // As the SDK's own chain finds them.
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEMBEDDEDCONTRACT';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'a secret for the contract only';
});

describe('provision', () => {
  let store: EmbeddedStore;
  let client: S3Client;
  let environment: Record<string, string>;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    environment = {
      AWS_REGION: store.config.region,
      AUDITFORGE_S3_ENDPOINT: store.config.endpoint,
      AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
    };
  });
  afterAll(async () => {
    client.destroy();
    await store.close();
  });

  it('makes a bucket and brings it to the standard', async () => {
    const { exitCode, outcomes, stderr } = await run(['--bucket', 'provisioned'], environment);
    expect({ exitCode, outcomes, stderr }).toEqual({ exitCode: 0, outcomes: all('changed'), stderr: '' });
    const Bucket = 'provisioned';
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const { ServerSideEncryptionConfiguration: encryption } = await client.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    const { PublicAccessBlockConfiguration: blocks } = await client.send(
      new GetPublicAccessBlockCommand({ Bucket }),
    );
    expect(blocks).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toMatchObject([
      {
        ID: 'auditforge-abort-incomplete-uploads',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ]);
  });

  it('finds all already so the second time, and writes nothing', async () => {
    await run(['--bucket', 'twice'], environment);
    const before = store.requests.length;
    const { exitCode, outcomes } = await run(['--bucket', 'twice'], environment);
    expect({ exitCode, outcomes }).toEqual({ exitCode: 0, outcomes: all('already so') });
    const methods = store.requests.slice(before).map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['HEAD', 'GET']));
  });

  it('keeps the lifecycle rules that are there', async () => {
    const Bucket = await store.makeBucket();
    const rule = {
      ID: 'expire-logs',
      Status: 'Enabled' as const,
      Filter: { Prefix: 'logs/' },
      Expiration: { Days: 30 },
    };
    const LifecycleConfiguration = { Rules: [rule] };
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
    const { stdout } = await run(['--bucket', Bucket], environment);
    expect(stdout).toContain('other rules kept: 1');
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toMatchObject([rule, { ID: 'auditforge-abort-incomplete-uploads' }]);
  });

  it('leaves alone what is skipped', async () => {
    const Bucket = await store.makeBucket();
    const skip = ['--skip', 'public-access-block', '--skip', 'encryption'];
    const { exitCode, outcomes } = await run(['--bucket', Bucket, ...skip], environment);
    expect({ exitCode, outcomes }).toEqual({
      exitCode: 0,
      outcomes: {
        bucket: 'already so',
        versioning: 'changed',
        encryption: 'skipped',
        'public-access-block': 'skipped',
        lifecycle: 'changed',
      },
    });
    await expect(client.send(new GetPublicAccessBlockCommand({ Bucket }))).rejects.toThrow();
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['no bucket', [], {}, 'Name the bucket: --bucket'],
    ['a bad name', ['--bucket', 'No_Bucket'], {}, '"No_Bucket" is no bucket name'],
    ['an address', ['--bucket', '10.0.0.1'], {}, '"10.0.0.1" is no bucket name'],
    ['an unknown setting', ['--bucket', 'abc', '--skip', 'cors'], {}, '--skip "cors" is no setting'],
    ['an unknown option', ['--buckets', 'abc'], {}, "Unknown option '--buckets' (did you mean --bucket?)."],
    [
      'an endpoint that is none',
      ['--bucket', 'abc'],
      { AUDITFORGE_S3_ENDPOINT: 'localhost', AUDITFORGE_S3_FORCE_PATH_STYLE: 'yes' },
      'AUDITFORGE_S3_FORCE_PATH_STYLE must be true or false; AUDITFORGE_S3_ENDPOINT must be an http',
    ],
    [
      'a store that is not there',
      ['--bucket', 'abc'],
      { AUDITFORGE_S3_ENDPOINT: 'http://127.0.0.1:1', AUDITFORGE_S3_FORCE_PATH_STYLE: 'true' },
      'The store does not answer as it should (',
    ],
  ])('refuses %s in one line', async (_case, args, given, message) => {
    const { exitCode, stderr } = await run(args, { AWS_REGION: 'us-east-1', ...given });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  it('--help', async () => {
    const { exitCode, stdout } = await run(['--help'], {});
    expect(exitCode).toBe(0);
    for (const name of SETTINGS) expect(stdout).toContain(name);
  });
});

// What only AWS, or a store that lacks something, can show.
describe('provision at another store', () => {
  let s3: S3Mock;
  const environment = { AWS_REGION: 'eu-central-1' };
  afterEach(() => s3.restore());

  it('makes the bucket in its region', async () => {
    s3 = mockS3();
    s3.callsFake(() => ({}));
    s3.on(HeadBucketCommand).rejects(s3Error('NotFound', 404));
    const { outcomes } = await run(['--bucket', 'metis-new'], environment);
    expect(outcomes['bucket']).toBe('changed');
    expect(s3.commandCalls(CreateBucketCommand)[0]?.args[0].input).toEqual({
      Bucket: 'metis-new',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    });
  });

  it.each<[string, () => unknown, () => unknown, string]>([
    [
      'belongs to someone else',
      () => s3Error('NotFound', 404),
      () => s3Error('BucketAlreadyExists', 409),
      'The bucket metis-taken belongs to someone else (BucketAlreadyExists): choose another name.',
    ],
    [
      'may not be used',
      () => s3Error('Unknown', 403),
      () => ({}),
      'The bucket metis-taken belongs to someone else, or these credentials may not use it (HTTP 403)',
    ],
    [
      'is elsewhere',
      () => s3Error('PermanentRedirect', 301),
      () => ({}),
      'The bucket metis-taken is not in eu-central-1 (PermanentRedirect): set AWS_REGION to where it is.',
    ],
  ])('says in one line that a bucket %s', async (_case, head, create, message) => {
    s3 = mockS3();
    s3.on(HeadBucketCommand).rejects(head() as Error);
    s3.on(CreateBucketCommand).rejects(create() as Error);
    const { exitCode, stderr } = await run(['--bucket', 'metis-taken'], environment);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  it('sets all else where the store does not take something', async () => {
    s3 = mockS3();
    s3.callsFake(() => ({}));
    s3.on(PutBucketEncryptionCommand).rejects(s3Error('NotImplemented', 501));
    s3.on(GetPublicAccessBlockCommand).rejects(s3Error('AccessDenied', 403));
    const { exitCode, outcomes, stderr } = await run(['--bucket', 'metis-odd'], environment);
    expect(exitCode).toBe(1);
    expect(outcomes).toEqual({
      bucket: 'already so',
      versioning: 'changed',
      encryption: 'NOT KNOWN',
      'public-access-block': 'REFUSED',
      lifecycle: 'changed',
    });
    expect(stderr).toBe('The bucket metis-odd is not all that it should be: see above.\n');
    const skip = ['--skip', 'encryption', '--skip', 'public-access-block'];
    expect((await run(['--bucket', 'metis-odd', ...skip], environment)).exitCode).toBe(0);
  });
});
