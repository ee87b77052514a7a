import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { asJsonArray, events } from '../support/events.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { VERSION } from '../../src/audit-forge/version.js';
import { InstalledHost } from './installed-host.js';

const LOG = events(5);
const authorization = 'Bearer opaque-1';

let host: InstalledHost;
let store: EmbeddedStore;
let seeds: Service;
beforeAll(async () => {
  store = await openEmbeddedStore();
  seeds = await Service.start({ store });
  // Shards alone: the engagement is the host's own.
  await seeds.putShard('case-7', '1.jsonl', events(2));
  await seeds.putShard('case-7', '2.jsonl', events(3, 2));
  host = await InstalledHost.install();
});
afterAll(async () => {
  await host?.remove();
  await seeds.close();
  await store.close();
});

describe('what is packed', () => {
  const paths = () => host.packed.files.map(({ path }) => path);

  it('is the build, what is documented of it, and nothing else', () => {
    const top = new Set(paths().map((path) => path.replace(/\/.*/, '')));
    expect([...top].toSorted()).toEqual([
      '.env.example',
      'CHANGELOG.md',
      'README.md',
      'dist',
      'docs',
      'package.json',
    ]);
    const built = new Set(paths().flatMap((path) => /^dist\/([^/]+)\//.exec(path)?.[1] ?? []));
    expect([...built].toSorted()).toEqual([
      'audit-forge',
      'cli',
      'client',
      'config',
      'doctor',
      'frontend',
      'management',
      'provision',
    ]);
  });

  it('holds the entries, the page, and types beside all code', () => {
    expect(paths()).toEqual(
      expect.arrayContaining([
        'dist/audit-forge/index.js',
        'dist/client/api/auditforge.js',
        'dist/cli/main.js',
        'dist/main.js',
        'dist/frontend/index.html',
      ]),
    );
    const code = paths().filter((path) => path.endsWith('.js') && !path.startsWith('dist/frontend/'));
    for (const path of code) expect(paths()).toContain(path.replace(/\.js$/, '.d.ts'));
  });

  it('holds no tests, no sources, no maps without them, and no store or samples to try it with', () => {
    const unwanted = /\bspec\b|\btests?\b|\.map$|(?<!\.d)\.tsx?$|embedded|demo|\.png$/;
    expect(paths().filter((path) => unwanted.test(path))).toEqual([]);
  });
});

describe('the command line of the package', () => {
  it('runs', async () => {
    const help = await host.run('npx', ['--no-install', 'auditforge', '--help']);
    expect(help).toContain('Usage: auditforge <command> [options]');
    expect(await host.run('npx', ['--no-install', 'auditforge', '--version'])).toBe(`${VERSION}\n`);
  });
});

describe('a Nest application that the package was installed into', () => {
  let url: string;
  beforeAll(async () => {
    // Strict, and with the types of all that the package depends on.
    expect(await host.run('npx', ['--no-install', 'tsc', '-p', '.'])).toBe('');
    const { credentials, endpoint } = store.config;
    url = await host.start({
      BUCKET: seeds.bucket,
      ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
  });

  it('exports through AuditLogExporter, with an engagement of its own', async () => {
    expect((await send(`${url}/archive/case-7`)).body.toString()).toBe(LOG);
    const link = (await send(`${url}/archive/case-7/link`)).json<{
      signed_url: string;
      expires_in: number;
    }>();
    expect(link.expires_in).toBe(60);
    expect((await send(link.signed_url)).body.toString()).toBe(asJsonArray(LOG));
  });

  it('streams over HTTP, to a session of its own', async () => {
    const log = `${url}/auditforge/engagement/case-7/audit-log`;
    const answer = await send(log, { headers: { authorization } });
    expect([answer.status, answer.cut, answer.body.toString()]).toEqual([200, false, LOG]);
    const refused = await send(log, { headers: { authorization: 'Bearer opaque-2' } });
    expect([refused.status, refused.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'authentication_required' }),
    ]);
  });

  it('gives links over HTTP, and finds them again in its history', async () => {
    const log = `${url}/auditforge/engagement/case-7/audit-log?delivery=signed_url`;
    const link = (await send(log, { headers: { authorization } })).json<{ signed_url: string }>();
    expect((await send(link.signed_url)).body.toString()).toBe(LOG);
    expect((await send(`${url}/archive/case-7/history`)).json()).toContain('jsonl kim');
  });

  it('is asked by the typed client, from plain Node', async () => {
    expect(await host.run('node', ['fetch-link.js', url, 'opaque-1'])).toBe(LOG);
  });
});
