import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandError } from '../../src/command-line.js';
import { parseDemoOptions } from '../../src/demo/demo-options.js';
import { guide } from '../../src/demo/guide.js';
import { SAMPLES } from '../../src/demo/sample-engagements.js';
import { startDemo, type Demo, type DemoOptions } from '../../src/demo/start-demo.js';

const SMALL = SAMPLES.filter(({ id }) => id !== 'eng-large');
const SAMPLE_SHA256 = 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d';
const CLOUDTRAIL = process.env['TEST_CLOUDTRAIL_DIR'];

let root: string;
let demo: Demo | undefined;
let progress: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-'));
});
afterEach(async () => {
  await demo?.close();
  demo = undefined;
});
afterAll(() => rm(root, { recursive: true }));

async function run(options: Partial<DemoOptions> = {}): Promise<Demo> {
  progress = '';
  demo = await startDemo({
    dir: join(root, 'demo'),
    port: 0,
    s3Port: 0,
    samples: SMALL,
    progress: { write: (text) => (progress += text) },
    signal: new AbortController().signal,
    ...options,
  });
  return demo;
}

function load(dir: string, id = 'eng-mine'): Promise<Demo> {
  return run({ dir: join(root, 'folders'), samples: [], folder: { engagement: id, dir } });
}

/** The log of an engagement by either delivery, with a token for just this one. */
async function bothDeliveries({ serviceUrl, token }: Demo, id: string): Promise<Buffer[]> {
  const headers = { authorization: `Bearer ${await token([id])}` };
  const url = `${serviceUrl}/auditforge/engagement/${id}/audit-log`;
  const streamed = await bytesAt(url, headers);
  const answer = JSON.parse(String(await bytesAt(`${url}?delivery=signed_url`, headers))) as {
    signed_url: string;
    sha256: string;
  };
  const downloaded = await bytesAt(answer.signed_url);
  expect(answer.sha256).toBe(sha256(downloaded));
  return [streamed, downloaded];
}

async function bytesAt(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the demo', () => {
  it('has the samples, and is not filled a second time', async () => {
    const first = await run();
    expect(progress).toMatch(/^Made eng-abc123: 12 shards, 4\.8 MB, in .* s\.\nMade eng-empty: no shards/);
    const oldToken = await first.token(['eng-abc123']);
    await first.close();

    const second = await run();
    expect(progress).toBe('');
    expect(second.engagements).toEqual([
      { id: 'eng-abc123', shards: 12, bytes: 4_796_023, events: 1842 },
      { id: 'eng-empty', shards: 0, bytes: 0, events: 0 },
    ]);
    const [streamed, downloaded] = await bothDeliveries(second, 'eng-abc123');
    expect([streamed, downloaded].map((log) => sha256(log!))).toEqual([SAMPLE_SHA256, SAMPLE_SHA256]);
    const empty = `${second.serviceUrl}/auditforge/engagement/eng-empty/audit-log`;
    expect(await bytesAt(empty, { 'x-admin-token': second.adminToken })).toHaveLength(0);

    const kept = await fetch(`${second.serviceUrl}/auditforge/engagement/eng-abc123`, {
      headers: { authorization: `Bearer ${oldToken}` },
    });
    expect(kept.status).toBe(200);
  });

  it('completes what an interrupted start has begun', async () => {
    const dir = join(root, 'interrupted');
    const controller = new AbortController();
    const write = (text: string) => {
      if (text.includes(': 5 of 12')) controller.abort();
    };
    const interrupted = run({ dir, signal: controller.signal, progress: { write, isTTY: true } });
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' });

    const [streamed] = await bothDeliveries(await run({ dir }), 'eng-abc123');
    expect(sha256(streamed!)).toBe(SAMPLE_SHA256);
  });

  it('prints commands that work as they are', async () => {
    const text = await guide(await run());
    const commands = text.split('\n').filter((line) => /^(curl|sed) /.test(line));
    expect(commands).toHaveLength(6);
    expect(commands.filter((line) => line.startsWith('curl -f '))).toHaveLength(4);
    const cwd = await mkdtemp(join(root, 'pasted-'));
    const checks: string[] = [];
    for (const command of commands) {
      checks.push((await promisify(execFile)('sh', ['-c', command], { cwd })).stdout);
    }
    expect(checks.join('')).toBe('eng-abc123.streamed.jsonl: OK\neng-abc123.downloaded.jsonl: OK\n');
    expect(sha256(await readFile(join(cwd, 'eng-abc123.streamed.jsonl')))).toBe(SAMPLE_SHA256);
    const array = JSON.parse(await readFile(join(cwd, 'eng-abc123.json'), 'utf8')) as unknown[];
    expect(array).toHaveLength(1842);
  });

  it('says which port is taken and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      await expect(run({ port })).rejects.toThrow(
        new CommandError(`Port ${port} for the service is taken: choose another one with --port or PORT.`),
      );
      await expect(run({ s3Port: port })).rejects.toThrow(
        new CommandError(
          `Port ${port} for the S3 store is taken: choose another one with --s3-port or DEMO_S3_PORT.`,
        ),
      );
    } finally {
      other.close();
    }
  });

  it('is kept out of a folder in which another one runs', async () => {
    const dir = join(root, 'locked');
    await mkdir(dir);
    await writeFile(join(dir, 'lock'), String(process.ppid));
    await expect(run({ dir })).rejects.toThrow(`as process ${process.ppid}: end that one first`);
    // The one that wrote this is long gone.
    await writeFile(join(dir, 'lock'), '999999999');
    await run({ dir, samples: [] });
  });
});

describe('a folder of shards', () => {
  it('becomes an engagement, and what is no shard is named', async () => {
    const dir = await mkdtemp(join(root, 'shards-'));
    await mkdir(join(dir, 'old'));
    await writeFile(join(dir, 'a.jsonl'), '{"a":1}\n');
    await writeFile(join(dir, 'b.jsonl.gz'), gzipSync('{"b":2}\n'));
    await writeFile(join(dir, 'c.jsonl.zst'), zstdCompressSync('{"c":3}\n'));
    await writeFile(join(dir, 'README.md'), 'not a shard');
    await writeFile(join(dir, 'd.json'), '{"d":4}');

    const loaded = await load(dir);
    expect(loaded.engagements).toEqual([
      expect.objectContaining({ id: 'eng-mine', shards: 3, leftOut: ['README.md', 'd.json', 'old/'] }),
    ]);
    const logs = await bothDeliveries(loaded, 'eng-mine');
    expect(logs.map(String)).toEqual(Array(2).fill('{"a":1}\n{"b":2}\n{"c":3}\n'));
    const text = await guide(loaded);
    expect(text).toContain(
      'left out, as no shards (.jsonl, .jsonl.gz, .jsonl.zst): README.md, d.json, old/\n',
    );
    expect(text).toContain('Commands for eng-mine');
  });

  it('replaces all that the engagement had', async () => {
    const dir = await mkdtemp(join(root, 'shards-'));
    await writeFile(join(dir, 'b.jsonl'), '{"b":"new"}\n');
    const logs = await bothDeliveries(await load(dir), 'eng-mine');
    expect(logs.map(String)).toEqual(Array(2).fill('{"b":"new"}\n'));
  });

  it('has to be there', async () => {
    await expect(load(join(root, 'nowhere'))).rejects.toThrow(
      /nowhere does not exist: --shards names a folder/,
    );
    await writeFile(join(root, 'file.jsonl'), '');
    await expect(load(join(root, 'file.jsonl'))).rejects.toThrow(/file\.jsonl is no folder/);
  });

  (CLOUDTRAIL === undefined ? it.skip : it)(
    'of CloudTrail events (TEST_CLOUDTRAIL_DIR) has the bytes expected',
    async () => {
      const expected = readFileSync(join(CLOUDTRAIL!, 'expected.txt'), 'utf8');
      const loaded = await load(join(CLOUDTRAIL!, 'shards'), 'eng-cloudtrail');
      const [{ shards } = { shards: 0 }] = loaded.engagements;
      for (const log of await bothDeliveries(loaded, 'eng-cloudtrail')) {
        const events = log.toString().split('\n').length - 1;
        expect(`shards ${shards}\nevents ${events}\nbytes ${log.length}\nsha256 ${sha256(log)}\n`).toBe(
          expected,
        );
      }
    },
  );
});

describe('options of the demo', () => {
  it('has defaults, and takes the environment and options, these first', () => {
    expect(parseDemoOptions([], {})).toEqual({ port: 3000, s3Port: 9000 });
    const environment = { PORT: '4000', DEMO_S3_PORT: '4001', INIT_CWD: '/home/me' };
    expect(parseDemoOptions([], environment)).toMatchObject({ port: 4000, s3Port: 4001 });
    expect(
      parseDemoOptions(
        ['--port', '0', '--s3-port=5001', '--engagement', 'eng-1', '--shards', 'x'],
        environment,
      ),
    ).toEqual({
      port: 0,
      s3Port: 5001,
      folder: { engagement: 'eng-1', dir: '/home/me/x' },
    });
  });

  it.each([
    [['--engagement', 'eng-1'], '--engagement needs --shards DIR'],
    [['--shards', 'dir'], '--shards needs --engagement ID'],
    [['--engagement', 'eng/1', '--shards', 'dir'], '"eng/1" is no engagement id'],
    [['--engagement', 'eng-large', '--shards', 'dir'], "eng-large is one of the demo's own"],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535'],
    [['--port', '9000'], '--port and --s3-port are both 9000'],
    [['--ports', '1'], "Unknown option '--ports' (did you mean --port?). --help shows what there is."],
    [['dir'], 'Too many arguments'],
  ])('%j is refused in one line', (args, message) => {
    let refusal: unknown;
    try {
      parseDemoOptions(args, {});
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CommandError);
    expect((refusal as CommandError).message).toContain(message);
    expect((refusal as CommandError).message).not.toContain('\n');
  });
});
