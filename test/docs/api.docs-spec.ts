import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import { Service } from '../support/service.js';
import { sessionToken } from '../support/session-tokens.js';
import { DocumentCommands } from './shell.js';

const LOG = events(60);
const DIGEST = createHash('sha256').update(LOG);
const WELL = { code: 0, stderr: '' };

let store: EmbeddedStore;
let service: Service;
let commands: DocumentCommands;
const folder = mkdtempSync(join(tmpdir(), 'documented-'));

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, versioned: true });
  await service.seed('eng-abc123', { '1.jsonl': events(30), '2.jsonl': events(30, 30) });
  const TOKEN = await sessionToken(['eng-abc123']);
  commands = new DocumentCommands('docs/api.md', folder, { BASE: service.url, TOKEN });
});
afterAll(async () => {
  await service.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(path(name), 'utf8');
const json = <T = SignedUrlResponse & { state: string }>(name: string) => JSON.parse(text(name)) as T;
const sha256 = DIGEST.digest();

it('tell whom a token is of', async () => {
  const { stdout, ...how } = await commands.run('Who asks', 'curl');
  expect(how).toEqual(WELL);
  expect(JSON.parse(stdout)).toMatchObject({ subject: 'reviewer@example.com', engagements: ['eng-abc123'] });
});

it('stream a log, with trailers that its file agrees with', async () => {
  expect(await commands.run('A stream', 'curl')).toMatchObject(WELL);
  expect(text('log.jsonl')).toBe(LOG);
  rmSync(path('log.jsonl'));
  expect(await commands.run('Whole or cut', 'curl')).toMatchObject(WELL);
  expect(text('log.jsonl')).toBe(LOG);
  const base64 = sha256.toString('base64');
  expect(text('headers.txt')).toMatch(/^HTTP\/1\.1 200 /);
  expect(text('headers.txt').split('\r\n')).toEqual(
    expect.arrayContaining([
      `Repr-Digest: sha-256=:${base64}:`,
      'AuditForge-Event-Count: 60',
      'AuditForge-Shard-Count: 2',
    ]),
  );
  expect(await commands.run('Whole or cut', 'openssl')).toEqual({ ...WELL, stdout: `${base64}\n` });
});

it('end with an error where a stream is cut, and have no trailers then', async () => {
  const broken = await Service.start({ store });
  await broken.seed('eng-abc123', { '1.jsonl': events(2000), '2.jsonl': 'rubbish\n' });
  const TOKEN = await sessionToken(['eng-abc123']);
  const other = new DocumentCommands('docs/api.md', folder, { BASE: broken.url, TOKEN });
  for (const heading of ['A stream', 'Whole or cut']) {
    for (const name of ['log.jsonl', 'headers.txt']) writeFileSync(path(name), '');
    const { code } = await other.run(heading, 'curl');
    expect([18, 56]).toContain(code);
    expect(events(2000).startsWith(text('log.jsonl'))).toBe(true);
  }
  expect(text('headers.txt')).not.toMatch(/^Repr-Digest/im);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${broken.url}/auditforge/engagement/eng-abc123/audit-log`, { headers });
  await expect(answer.arrayBuffer()).rejects.toMatchObject({ name: 'TypeError', message: 'terminated' });
  await broken.close();
});

it('give a link, whose file has its digest, also when the download broke', async () => {
  expect(await commands.run('A link', 'curl -f -sS -H')).toMatchObject(WELL);
  expect(json('link.json')).toMatchObject({
    size_bytes: Buffer.byteLength(LOG),
    event_count: 60,
    shard_count: 2,
    expires_in: 900,
    sha256: sha256.toString('hex'),
    export_id: expect.any(String),
  });
  rmSync(path('log.jsonl'));
  expect(await commands.run('A link', 'curl -f -sS -o')).toEqual({ ...WELL, stdout: 'log.jsonl: OK\n' });
  expect(text('log.jsonl')).toBe(LOG);
  truncateSync(path('log.jsonl'), 1000);
  expect(await commands.run('A link', 'curl -f -sS -C')).toMatchObject(WELL);
  expect(text('log.jsonl')).toBe(LOG);
});

it('make an export, find it again, list it, and do not cancel what has ended', async () => {
  const heading = 'An export that outlives the request';
  const asked = () => commands.run(heading, 'curl -f -sS -H "Authorization: Bearer $TOKEN" -H \'Content');
  expect(await asked()).toMatchObject(WELL);
  const { export_id: exportId } = json('export.json');
  expect(await asked()).toMatchObject(WELL);
  expect(json('export.json').export_id).toBe(exportId);
  const look = () => commands.run(heading, 'curl -f -sS -H "Authorization: Bearer $TOKEN" -o state.json');
  do expect(await look()).toMatchObject(WELL);
  while (json('state.json').state !== 'ready');
  expect(json('state.json')).toMatchObject({ export_id: exportId, expires_in: 900, event_count: 60 });

  expect(await commands.run(heading, 'curl -f -sS -X POST')).toMatchObject(WELL);
  expect(json('done.json').state).toBe('ready');
  const list = await commands.run(heading, 'curl -f -sS -H "Authorization: Bearer $TOKEN" \\\n');
  const { exports } = JSON.parse(list.stdout) as { exports: SignedUrlResponse[] };
  expect(exports.map(({ export_id }) => export_id)).toEqual(
    expect.arrayContaining([exportId, json('done.json').export_id]),
  );
  const refused = await commands.run(heading, 'curl -sS -X DELETE');
  expect(JSON.parse(refused.stdout)).toMatchObject({ status: 409, code: 'export_finished' });
});

it('show what a problem is', async () => {
  const { stdout } = await commands.run('Problems', 'curl');
  const problem = JSON.parse(stdout) as { status: number; detail: unknown; errors: { parameter: string }[] };
  expect(problem).toMatchObject({ status: 422, code: 'invalid_parameters', detail: expect.any(String) });
  expect(problem.errors.map(({ parameter }) => parameter)).toEqual(['from', 'format']);
});

it('have all been run', () => {
  expect(commands.left).toEqual([]);
});
