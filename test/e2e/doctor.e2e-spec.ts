import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runProgram } from '../../src/cli/program.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const KEY = 'AKIAEMBEDDEDCONTRACT';
const SECRET = 'a secret for the contract only';

interface Finding {
  id: string;
  status: 'green' | 'amber' | 'red';
  found: string;
  todo: string | null;
}

interface Report {
  buckets: { bucket: string; role: string; checks: Finding[] }[];
  worst: string;
}

let store: EmbeddedStore;
let client: S3Client;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  store = await openEmbeddedStore();
  client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(async () => {
  client.destroy();
  await store.close();
});

function environmentFor(bucket: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    AUDITFORGE_SHARED_BUCKET: bucket,
    AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
    AUDITFORGE_S3_ENDPOINT: store.config.endpoint,
    AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: store.config.region,
    ...more,
  };
}

/** Credentials are where the SDK's own chain finds them. */
async function run(
  args: string[],
  environment: Record<string, string>,
  credentials: Record<string, string> = {},
) {
  const variables = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET, ...credentials };
  Object.assign(process.env, variables);
  const written = { stdout: '', stderr: '' };
  const exitCode = await runProgram(['doctor', ...args], environment, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  for (const name of Object.keys(variables)) delete process.env[name];
  return { exitCode, ...written };
}

async function diagnose(
  environment: Record<string, string>,
  args: string[] = [],
  credentials: Record<string, string> = {},
) {
  const { exitCode, stdout, stderr } = await run(['--json', ...args], environment, credentials);
  const report = JSON.parse(stdout) as Report;
  const statuses = report.buckets.map(({ checks }) =>
    Object.fromEntries(checks.map(({ id, status }) => [id, status])),
  );
  const find = (id: string, bucket = 0) => report.buckets[bucket]?.checks.find((check) => check.id === id);
  return { exitCode, stdout, stderr, report, statuses: statuses as [Record<string, string>], find };
}

/** Ids of a bucket's checks that are not green. */
function notGreen(statuses: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(statuses).filter(([, status]) => status !== 'green'));
}

async function provisioned(): Promise<string> {
  const bucket = await store.makeBucket();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET });
  const silent = { write: () => undefined };
  await runProgram(['provision', '--bucket', bucket], environmentFor(bucket), {
    stdout: silent,
    stderr: silent,
  });
  return bucket;
}

async function putRecord(bucket: string, id: string, record: Record<string, unknown>): Promise<void> {
  const full = { id, name: id, status: 'active', created_at: '2026-05-01T09:00:00Z', ...record };
  const Key = `auditforge/engagements/${id}.json`;
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(full) }));
}

async function keysIn(bucket: string): Promise<string[]> {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return (Contents ?? []).map(({ Key }) => Key!);
}

type Refusal = readonly [status: number, body: string, headers?: Record<string, string>];

/** As a policy refuses it, and as a store that does not know it. */
const DENIED = [403, '<Error><Code>AccessDenied</Code></Error>'] as const;
const NOT_IMPLEMENTED = [501, '<Error><Code>NotImplemented</Code></Error>'] as const;

/** The store behind an address where some requests are refused, and others altered. @returns the address */
async function behind(
  answer: (request: IncomingMessage) => Refusal | undefined,
  dropped: readonly string[] = [],
): Promise<string> {
  const server = createServer((request, response) => {
    const refusal = answer(request);
    if (refusal !== undefined) {
      request.resume();
      const [status, body, headers = {}] = refusal;
      response.writeHead(status, {
        'content-type': 'application/xml',
        date: new Date().toUTCString(),
        ...headers,
      });
      response.end(body);
      return;
    }
    const { method, url, headers } = request;
    // The host is signed, so it goes on as it came.
    const onward = httpRequest(new URL(url!, store.config.endpoint), { method, headers }, (inward) => {
      const kept = Object.entries(inward.headers).filter(([name]) => !dropped.includes(name));
      response.writeHead(inward.statusCode!, Object.fromEntries(kept));
      inward.pipe(response);
    });
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What docs/iam-policy.json refuses, of what the doctor tries. */
function likeThePolicy({ method, url }: IncomingMessage) {
  return method === 'PUT' && /\/auditforge\/(audit|engagements)\//.test(url!) ? DENIED : undefined;
}

describe('the doctor', () => {
  it('finds a fresh bucket usable, and says what it lacks', async () => {
    const bucket = await store.makeBucket();
    const { exitCode, report, statuses, find } = await diagnose(environmentFor(bucket));
    expect(notGreen(statuses[0])).toEqual({
      'no-shard-writes': 'amber',
      'no-record-writes': 'amber',
      versioning: 'amber',
      encryption: 'amber',
      'public-access-block': 'amber',
      'abort-incomplete-uploads': 'amber',
    });
    expect({ exitCode, worst: report.worst }).toEqual({ exitCode: 0, worst: 'amber' });
    expect(find('versioning')?.todo).toContain(`npm run provision -- --bucket ${bucket}`);
    expect(await keysIn(bucket)).toEqual([]);
  });

  it('finds a provisioned bucket with the rights of the policy all green', async () => {
    const bucket = await provisioned();
    const endpoint = await behind(likeThePolicy);
    const { exitCode, report, statuses, find } = await diagnose(
      environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }),
    );
    expect({ exitCode, worst: report.worst, others: notGreen(statuses[0]) }).toEqual({
      exitCode: 0,
      worst: 'green',
      others: {},
    });
    expect(find('clean-up')?.found).toContain('its versions stay behind a delete marker');
    expect(await keysIn(bucket)).toEqual([]);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads ?? []).toEqual([]);
  });

  it('has one shape for programs', async () => {
    const bucket = await store.makeBucket();
    const { report } = await diagnose(environmentFor(bucket));
    expect(Object.keys(report)).toEqual(['buckets', 'worst']);
    expect(report.buckets.map(({ role, ...rest }) => [rest.bucket, role])).toEqual([[bucket, 'shared']]);
    for (const check of report.buckets[0]!.checks) {
      expect(Object.keys(check)).toEqual(['id', 'status', 'found', 'todo']);
      expect(check.todo === null).toBe(check.status === 'green');
    }
  });

  it('prints a table for people, and neither secrets nor links', async () => {
    const bucket = await store.makeBucket();
    const { exitCode, stdout, stderr } = await run([], environmentFor(bucket));
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${bucket}, the shared bucket\n  ✔ ok    reachable `);
    expect(stdout).toContain('  ! warn  versioning ');
    expect(stdout).toMatch(/\n\d+ checks: \d+ ok, 6 warn, 0 FAIL\. /);
    expect(stderr).toContain(`${bucket}: versioning: amber\n`);
    expect(stdout + stderr).not.toMatch(/X-Amz|AKIA/);
    expect(stdout).not.toContain('\u001B');
    for (const secret of [SECRET, SESSION_SECRET]) expect(stdout + stderr).not.toContain(secret);
  });

  it('colours the table on a terminal, unless NO_COLOR is set', async () => {
    const environment = environmentFor(await store.makeBucket());
    const print = async (more: Record<string, string>) => {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET });
      let text = '';
      const stdout = { isTTY: true, columns: 90, write: (part: string) => (text += part) };
      await runProgram(
        ['doctor'],
        { ...environment, ...more },
        { stdout, stderr: { write: () => undefined } },
      );
      return text;
    };
    expect(await print({})).toContain('\u001B[32m✔ ok');
    expect(await print({ NO_COLOR: '1' })).not.toContain('\u001B');
  });

  it('stays whole with credentials that the store does not accept', async () => {
    const bucket = await store.makeBucket();
    const wrong = { AWS_SECRET_ACCESS_KEY: 'another secret than the one of the store' };
    const { exitCode, report, find } = await diagnose(environmentFor(bucket), [], wrong);
    expect({ exitCode, worst: report.worst }).toEqual({ exitCode: 1, worst: 'red' });
    expect(find('reachable')).toMatchObject({
      status: 'red',
      found: 'the store does not accept these credentials (SignatureDoesNotMatch)',
    });
    expect(find('put')?.found).toBe('not checked: needs "reachable"');
    expect(find('clock')?.status).toBe('green');
  });

  it('says that there is no such bucket, and how to make it', async () => {
    const { exitCode, find } = await diagnose(environmentFor('contract-none'));
    expect(exitCode).toBe(1);
    expect(find('reachable')).toMatchObject({ status: 'red', found: 'there is no such bucket' });
    expect(find('reachable')?.todo).toContain('npm run provision -- --bucket contract-none');
  });

  it('names the region of a bucket that is elsewhere', async () => {
    const bucket = await store.makeBucket();
    const endpoint = await behind(() => [301, '', { 'x-amz-bucket-region': 'eu-west-1' }]);
    const { exitCode, find } = await diagnose(environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }));
    expect(exitCode).toBe(1);
    expect(find('reachable')?.found).toBe('the store looks for this bucket elsewhere (HTTP 301)');
    expect(find('region')).toMatchObject({
      status: 'red',
      found: 'the bucket is in eu-west-1, AWS_REGION says us-east-1',
      todo: 'Set AWS_REGION to eu-west-1.',
    });
  });

  it('does without HeadBucket, which the policy does not allow', async () => {
    const bucket = await store.makeBucket();
    const endpoint = await behind(({ method }) => (method === 'HEAD' ? [403, ''] : undefined));
    const { find } = await diagnose(environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }));
    expect(find('reachable')).toMatchObject({
      status: 'green',
      found: 'answers; HeadBucket itself is not allowed (HTTP 403), which the service does without',
    });
  });

  it('says that no store is there', async () => {
    const environment = environmentFor('contract-1', { AUDITFORGE_S3_ENDPOINT: 'http://127.0.0.1:1' });
    const { exitCode, find } = await diagnose(environment);
    expect(exitCode).toBe(1);
    expect(find('reachable')?.found).toContain('does not answer as it should');
    expect(find('put')).toMatchObject({
      status: 'amber',
      found: 'not checked: needs "reachable"',
      todo: null,
    });
  });

  it('checks what does not depend on the one that failed, and removes what it put', async () => {
    const bucket = await store.makeBucket();
    const getsRefused = await behind(({ method, url }) =>
      method === 'GET' && /\/exports\/\.doctor-(?!.*uploadId)/.test(url!) ? DENIED : undefined,
    );
    const { exitCode, statuses, find } = await diagnose(
      environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: getsRefused }),
    );
    expect(exitCode).toBe(1);
    expect(statuses[0]).toMatchObject({ put: 'green', get: 'red', multipart: 'green', 'link-opens': 'red' });
    expect(find('get')?.todo).toContain('s3:GetObject on auditforge/exports/*');
    expect(find('checksums')?.found).toBe('not checked: needs "may get an export"');
    expect(await keysIn(bucket)).toEqual([]);
  });

  it('takes a setting that the store does not know for a warning', async () => {
    const bucket = await provisioned();
    const endpoint = await behind((request) =>
      request.url!.includes('?encryption') ? NOT_IMPLEMENTED : likeThePolicy(request),
    );
    const { exitCode, statuses, find } = await diagnose(
      environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }),
    );
    expect({ exitCode, others: notGreen(statuses[0]) }).toEqual({
      exitCode: 0,
      others: { encryption: 'amber' },
    });
    expect(find('encryption')?.found).toBe('the store does not know this (NotImplemented)');
  });

  it('tells a store that ignores conditions from one that refuses them', async () => {
    const environment = environmentFor(await store.makeBucket());
    const ignoring = await behind(({ headers }) =>
      headers['if-none-match'] ? ([200, ''] as const) : undefined,
    );
    const refusing = await behind(({ headers }) => (headers['if-none-match'] ? NOT_IMPLEMENTED : undefined));
    const ignored = await diagnose({ ...environment, AUDITFORGE_S3_ENDPOINT: ignoring });
    expect(ignored.find('conditional-writes')).toMatchObject({
      status: 'amber',
      todo: expect.stringContaining('told apart by version alone'),
    });
    const refused = await diagnose({ ...environment, AUDITFORGE_S3_ENDPOINT: refusing });
    expect(refused.find('conditional-writes')).toMatchObject({
      status: 'amber',
      found: expect.stringContaining('NotImplemented'),
    });
  });

  it('knows a store that keeps no checksums and names no region', async () => {
    const bucket = await store.makeBucket();
    const dropped = ['x-amz-checksum-crc32', 'x-amz-bucket-region'];
    const endpoint = await behind(() => undefined, dropped);
    const { find } = await diagnose(environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }));
    expect(find('checksums')).toMatchObject({ status: 'amber', found: expect.stringContaining('MD5') });
    expect(find('region')).toMatchObject({ status: 'green', found: 'us-east-1' });
  });

  it('finds a missing object that is refused, as without the right to list', async () => {
    const bucket = await store.makeBucket();
    const endpoint = await behind(({ url }) => (url!.includes('-none') ? DENIED : undefined));
    const { find } = await diagnose(environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: endpoint }));
    expect(find('missing-told')).toMatchObject({
      status: 'red',
      found: 'a missing object under auditforge/exports/ is refused (AccessDenied), not missing',
    });
  });

  it('finds links that open without a valid signature', async () => {
    const bucket = await store.makeBucket();
    const open = await behind(({ url }) =>
      url!.includes('X-Amz-Signature') ? [200, 'something else'] : undefined,
    );
    const environment = environmentFor(bucket, { AUDITFORGE_S3_PUBLIC_ENDPOINT: open });
    expect((await diagnose(environment)).find('link-opens')?.found).toBe(
      `${open} gives other bytes than were put`,
    );
    const cache = await behind(({ url }) => {
      const [, mark] = /(\.doctor-[0-9a-f]{10})\?.*X-Amz-Signature/.exec(url!) ?? [];
      return mark === undefined
        ? undefined
        : [200, `A test object of the AuditForge doctor, ${mark}. It may be removed.\n`];
    });
    const cached = await diagnose({ ...environment, AUDITFORGE_S3_PUBLIC_ENDPOINT: cache });
    expect(cached.find('link-opens')?.status).toBe('green');
    expect(cached.find('link-expires')).toMatchObject({ status: 'red', found: 'it opens' });
    expect(cached.find('link-signed')).toMatchObject({ status: 'red', found: 'it opens' });
  });

  it('opens links at the public address', async () => {
    const bucket = await store.makeBucket();
    const links: string[] = [];
    const address = await behind(({ url }) => {
      links.push(url!);
      return undefined;
    });
    const environment = environmentFor(bucket, { AUDITFORGE_S3_PUBLIC_ENDPOINT: address });
    expect((await diagnose(environment)).find('link-opens')?.found).toBe(`yes, byte for byte, at ${address}`);
    expect(links).toHaveLength(3);
    const away = environmentFor(bucket, { AUDITFORGE_S3_PUBLIC_ENDPOINT: 'http://127.0.0.1:1' });
    expect((await diagnose(away)).find('link-opens')).toMatchObject({
      status: 'red',
      todo: expect.stringContaining('AUDITFORGE_S3_PUBLIC_ENDPOINT'),
    });
  });

  it('warns of credentials that end before the longest link', async () => {
    const bucket = await store.makeBucket();
    const inTenMinutes = new Date(Date.now() + 600_000).toISOString();
    const { find } = await diagnose(environmentFor(bucket), [], {
      AWS_SESSION_TOKEN: 'session',
      AWS_CREDENTIAL_EXPIRATION: inTenMinutes,
    });
    expect(find('credentials')).toMatchObject({ status: 'amber', found: expect.stringContaining('10 min') });
    expect(find('link-opens')?.status).toBe('green');
  });

  it('interrupted, removes what it put, and does not pass for done', async () => {
    const bucket = await store.makeBucket();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET });
    const written = { stdout: '', stderr: '' };
    const exitCode = await runProgram(['doctor', '--json'], environmentFor(bucket), {
      stdout: { write: (text) => (written.stdout += text) },
      stderr: {
        write: (text) => {
          written.stderr += text;
          if (text.includes('may put an export: green')) process.emit('SIGINT');
        },
      },
    });
    expect(exitCode).toBe(1);
    expect(written.stderr).toContain('Interrupted: not all was checked.\n');
    expect(written.stdout).toContain('"found":"not checked: interrupted"');
    expect(await keysIn(bucket)).toEqual([]);
  });

  it.each([
    ['a minute', 60_000, 'amber'],
    ['an hour', -3_600_000, 'red'],
  ])('sees a clock that is %s off', async (_case, offsetMs, status) => {
    const other = await openEmbeddedStore({ clock: () => new Date(Date.now() + offsetMs) });
    stops.push(() => other.close());
    const bucket = await other.makeBucket();
    const environment = environmentFor(bucket, { AUDITFORGE_S3_ENDPOINT: other.config.endpoint });
    const { find } = await diagnose(environment);
    expect(find('clock')?.status).toBe(status);
    expect(find('link-opens')?.status).toBe('green');
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['a bad engagement id', ['--engagement', '../x'], {}, '"../x" is no engagement id'],
    ['an unknown option', ['--jsn'], {}, "Unknown option '--jsn' (did you mean --json?)."],
  ])('refuses %s in one line', async (_case, args, more, message) => {
    const { exitCode, stdout, stderr } = await run(args, environmentFor('contract-1', more));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  it('lists every problem of the environment', async () => {
    const { exitCode, stderr } = await run([], {
      AUDITFORGE_S3_ENDPOINT: 'localhost',
      AUDITFORGE_SHARD_PREFX: 'a',
    });
    expect(exitCode).toBe(1);
    for (const name of ['AUDITFORGE_SHARED_BUCKET', 'AUDITFORGE_S3_ENDPOINT', 'AUDITFORGE_SHARD_PREFX']) {
      expect(stderr).toContain(name);
    }
  });

  it('--help', async () => {
    const { exitCode, stdout } = await run(['--help'], {});
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--engagement <id>');
  });
});

describe('the doctor, of an engagement', () => {
  let shared: string;
  beforeAll(async () => {
    shared = await store.makeBucket();
  });

  it('checks its own bucket too, with the owner that the record names', async () => {
    const own = await store.makeBucket({ versioned: true });
    await putRecord(shared, 'eng-own', {
      source_bucket: own,
      source_region: 'us-east-1',
      source_account: '111122223333',
    });
    const before = store.requests.length;
    const { exitCode, report, find } = await diagnose(environmentFor(shared), ['--engagement', 'eng-own']);
    expect(exitCode).toBe(0);
    expect(report.buckets.map(({ bucket, role }) => [bucket, role])).toEqual([
      [shared, 'shared'],
      [own, 'engagement'],
    ]);
    expect(find('engagement-record')?.found).toBe(`eng-own has the bucket ${own}`);
    expect(find('owner', 1)).toMatchObject({
      status: 'green',
      found: 'account 111122223333, as the record says',
    });
    expect(await keysIn(own)).toEqual([]);
    const asked = store.requests.slice(before).filter(({ bucket }) => bucket === own);
    // The links apart: in those only the host is signed. The last is the listing of this test.
    const calls = asked.slice(0, -1).filter(({ query }) => !query.has('X-Amz-Signature'));
    const owners = new Set(calls.map(({ headers }) => headers['x-amz-expected-bucket-owner']));
    expect(owners).toEqual(new Set(['111122223333']));
  });

  it('finds that the bucket is of another account', async () => {
    const own = await store.makeBucket();
    await putRecord(shared, 'eng-stolen', { source_bucket: own, source_account: '999999999999' });
    const { exitCode, find } = await diagnose(environmentFor(shared), ['--engagement', 'eng-stolen']);
    expect(exitCode).toBe(1);
    expect(find('owner', 1)).toMatchObject({ status: 'red', found: expect.stringContaining('999999999999') });
  });

  it('finds that the bucket is in another region than the record says', async () => {
    const own = await store.makeBucket();
    await putRecord(shared, 'eng-moved', { source_bucket: own, source_region: 'eu-west-1' });
    const { exitCode, find } = await diagnose(environmentFor(shared), ['--engagement', 'eng-moved']);
    expect(exitCode).toBe(1);
    expect(find('reachable', 1)?.status).toBe('red');
  });

  it('has nothing more to check where the engagement is in the shared bucket', async () => {
    await putRecord(shared, 'eng-shared', {});
    const { report, find } = await diagnose(environmentFor(shared), ['--engagement', 'eng-shared']);
    expect(report.buckets).toHaveLength(1);
    expect(find('engagement-record')?.found).toBe('eng-shared is in the shared bucket');
  });

  it.each<[string, Record<string, unknown> | undefined, string]>([
    ['is not there', undefined, 'there is none: auditforge/engagements/eng-x.json'],
    ['is not valid', { source_bucket: 'No Bucket' }, 'not valid: source_bucket'],
    [
      'names a bucket that is not allowed',
      { source_bucket: 'metis-other' },
      'it names the bucket metis-other, which AUDITFORGE_SOURCE_BUCKETS does not allow',
    ],
  ])('finds that the record %s, and asks no bucket that it names', async (_case, record, found) => {
    const bucket = await store.makeBucket();
    if (record !== undefined) await putRecord(bucket, 'eng-x', record);
    const before = store.requests.length;
    const environment = environmentFor(bucket, { AUDITFORGE_SOURCE_BUCKETS: 'metis-af-*-1' });
    const { exitCode, report, find } = await diagnose(environment, ['--engagement', 'eng-x']);
    expect({ exitCode, buckets: report.buckets.length }).toEqual({ exitCode: 1, buckets: 1 });
    expect(find('engagement-record')).toMatchObject({ status: 'red', found });
    expect(new Set(store.requests.slice(before).map((request) => request.bucket))).toEqual(new Set([bucket]));
  });
});

describe('docs/iam-policy.json', () => {
  interface Statement {
    Sid: string;
    Effect: string;
    Action: string | string[];
    Resource: string | string[];
  }
  const WRITABLE =
    /^arn:aws:s3:::metis-shared\/auditforge\/(exports\/\*|export-records\/\*|audit\/\*~export-\*\.jsonl)$/;
  const TEST_OBJECTS = /^arn:aws:s3:::metis-shared\/auditforge\/exports\/\.doctor-\*$/;
  let statements: Statement[];
  beforeAll(async () => {
    const text = await readFile(new URL('../../docs/iam-policy.json', import.meta.url), 'utf8');
    const policy = JSON.parse(text) as { Version: string; Statement: Statement[] };
    expect(policy.Version).toBe('2012-10-17');
    statements = policy.Statement;
  });

  const actionsOf = ({ Action }: Statement) => [Action].flat();
  const resourcesOf = ({ Resource }: Statement) => [Resource].flat();

  it('allows to write exports, their records and the custody trail, and nothing else', () => {
    const writing = statements.filter((one) =>
      actionsOf(one).some((action) => !/^s3:(Get|List)/.test(action)),
    );
    const written = writing.filter((one) => !one.Sid.startsWith('Doctor'));
    expect(new Set(written.flatMap(actionsOf))).toEqual(
      new Set(['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']),
    );
    for (const resource of written.flatMap(resourcesOf)) expect(resource).toMatch(WRITABLE);
    const removed = writing.filter((one) => one.Sid.startsWith('Doctor'));
    expect(removed.flatMap(actionsOf)).toEqual(['s3:DeleteObject']);
    for (const resource of removed.flatMap(resourcesOf)) expect(resource).toMatch(TEST_OBJECTS);
  });

  it('has no wildcard in an action, no deletion of versions, and a name for each statement', () => {
    for (const action of statements.flatMap(actionsOf)) expect(action).toMatch(/^s3:[A-Za-z]+$/);
    expect(statements.flatMap(actionsOf)).not.toContain('s3:DeleteObjectVersion');
    expect(statements.every(({ Effect }) => Effect === 'Allow')).toBe(true);
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
  });

  it('lists under prefixes alone', () => {
    const listing = statements.filter((one) => actionsOf(one).includes('s3:ListBucket'));
    expect(listing).toHaveLength(1);
    expect(listing[0]).toMatchObject({
      Condition: {
        // Where no prefix is asked for at all it is about one key: without this a key that is missing is 403, not 404.
        StringLikeIfExists: {
          's3:prefix': expect.arrayContaining(['auditforge/audit/*', 'auditforge/exports/*']),
        },
      },
    });
  });
});
