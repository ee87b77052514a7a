import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { recordKey } from '../e2e/exports/export-api.js';
import { trailOfLength } from '../e2e/exports/trail.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { events } from '../support/events.js';
import { Service } from '../support/service.js';
import { DocumentCommands } from './shell.js';

const ID = 'eng-abc123';
const WELL = { code: 0, stderr: '' };

let store: EmbeddedStore;
let service: Service;
let earlier: Buffer;
let log: Buffer;
const folder = mkdtempSync(join(tmpdir(), 'documented-'));
const commands = new DocumentCommands('docs/evidence.md', folder);

/** Two hand-overs, and then the one that is looked at, of a log that grows meanwhile. */
beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({
    store,
    versioned: true,
    environment: { AUDITFORGE_CUSTODY_TRAIL: 'true' },
  });
  await service.seed(ID, { '0001.jsonl': events(3), '0002.jsonl.gz': Buffer.alloc(0), 'readme.txt': 'x' });
  earlier = await exported('earlier.json');
  await service.log(ID);
  await trailOfLength(service, ID, 2);
  await service.putShard(ID, '0003.jsonl', events(4, 3));
  log = await exported('record.json');
  writeFileSync(join(folder, 'log.jsonl'), log);
  // When the list is asked for, the log has grown again.
  await trailOfLength(service, ID, 3);
  await service.putShard(ID, '0004.jsonl', events(1, 7));
  await keepListing();
});
afterAll(async () => {
  await service.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Exports the log by a link, keeps its record under that name, and downloads it. */
async function exported(record: string): Promise<Buffer> {
  const answer = await service.log(ID, 'delivery=signed_url');
  const { signed_url, export_id } = answer.json<SignedUrlResponse>();
  writeFileSync(join(folder, record), (await service.read(recordKey(ID, export_id!))).body);
  return Buffer.from(await (await fetch(signed_url!)).arrayBuffer());
}

/** What `aws s3api list-objects-v2` would write. */
async function keepListing(): Promise<void> {
  const list = new ListObjectsV2Command({ Bucket: service.bucket, Prefix: `auditforge/audit/${ID}/` });
  const { Contents } = await service.client.send(list);
  writeFileSync(join(folder, 'listing.json'), JSON.stringify({ Contents }));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function lines(heading: string, start: string): Promise<string[]> {
  const { stdout, ...how } = await commands.run(heading, start);
  expect(how).toEqual(WELL);
  return stdout.trimEnd().split('\n');
}

it('show the first events', async () => {
  const [first, ...more] = await lines('What the file is', 'head');
  expect(first).toBe('2026-05-08T00:00:00.000Z\tllm_call\tclaude-sonnet-4-6\tstep-0');
  expect(more).toHaveLength(3 + 2 + 4 - 1);
});

it('tell the digest of the file, which is that of its record', async () => {
  const heading = 'Is it the file that was handed over';
  expect(await lines(heading, 'sha256sum')).toEqual([`${sha256(log)}  log.jsonl`]);
  expect(await lines(heading, 'jq')).toEqual(['log.jsonl: OK']);
  expect(await lines(heading, 'openssl')).toEqual([Buffer.from(sha256(log), 'hex').toString('base64')]);
  expect(await lines(heading, 'wc')).toEqual([String(3 + 2 + 4)]);
});

it('find the list of shards as it was recorded, though there are more by now', async () => {
  const [computed, recorded] = await lines('The list of shards', 'jq');
  expect(computed).toBe(`${recorded}  -`);
});

it('show the hand-overs before, which agree with their record and with the beginning of the log', async () => {
  const handOvers = await lines('The custody trail', "jq -r 'select");
  expect(handOvers.map((line) => line.split('\t').slice(1))).toEqual([
    ['ops', 'signed_url', 'first', sha256(earlier)],
    ['ops', 'stream', 'complete', expect.stringMatching(/^[0-9a-f]{64}$/)],
  ]);
  const [told, recorded] = await lines('The custody trail', 'jq -r --arg');
  expect([told, recorded]).toEqual([sha256(earlier), sha256(earlier)]);
  expect(await lines('The custody trail', 'head')).toEqual([`${sha256(earlier)}  -`, sha256(earlier)]);
});

it('see one byte that was altered, and a shard that was', async () => {
  appendFileSync(join(folder, 'log.jsonl'), ' ');
  const altered = await commands.run('Is it the file that was handed over', 'jq');
  expect([altered.code, altered.stdout]).toEqual([1, 'log.jsonl: FAILED\n']);
  await service.putShard(ID, '0001.jsonl', events(3, 100));
  await keepListing();
  const [computed, recorded] = await lines('The list of shards', 'jq');
  expect(computed).toMatch(/^[0-9a-f]{64} {2}-$/);
  expect(computed).not.toBe(`${recorded}  -`);
});

it('have all been run', () => {
  expect(commands.left).toEqual([]);
});
