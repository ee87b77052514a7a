import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as elapsed } from 'node:timers/promises';
import { endProcess, startProcess } from '../processes.js';
import type { StoreAccess } from '../stores/store.js';
import { commandOf, type Implementation } from '../variants/variant.js';
import { residentMiB } from './process-meter.js';

const START_WITHIN_MS = 60_000;
const KEPT_COMPLAINTS = 4_000;
export const ADMIN_TOKEN = 'benchmark-admin-token-of-no-worth';

export interface ExporterOptions {
  implementation: Implementation;
  /** Another build's `main.js` may be measured. */
  service: string;
  bucket: string;
  /** The store, or a proxy before it. */
  access: StoreAccess;
  /** How long it is left alone before its idle memory is read. */
  idleMs: number;
  /** A folder for a CPU profile of the service. */
  cpuProf?: string;
}

/** A process that exports, and answers on loopback. */
export interface Exporter {
  pid: number;
  url: string;
  idleMiB: number;
  /** Where it still lives. */
  alive(): boolean;
  /** What it last wrote to standard error. */
  complaints(): string;
  close(): Promise<void>;
}

export async function startExporter(options: ExporterOptions, signal: AbortSignal): Promise<Exporter> {
  const { implementation, service, cpuProf } = options;
  const [command, path] = commandOf(implementation, service);
  const child = startProcess(command, [...nodeOptions(implementation, cpuProf), path], {
    env: environmentOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    complaints = (complaints + String(chunk)).slice(-KEPT_COMPLAINTS);
  });
  try {
    const url = await address(child, AbortSignal.any([signal, AbortSignal.timeout(START_WITHIN_MS)]));
    // What it writes later is read as well, or it would have to wait.
    child.stdout!.resume();
    await elapsed(options.idleMs, undefined, { signal });
    return {
      pid: child.pid!,
      url,
      idleMiB: residentMiB(child.pid!),
      alive: () => child.exitCode === null && child.signalCode === null,
      complaints: () => complaints,
      close: () => endProcess(child),
    };
  } catch (error) {
    await endProcess(child);
    signal.throwIfAborted();
    throw new Error(`${implementation} does not start: ${complaints.trim() || String(error)}`, {
      cause: error,
    });
  }
}

/** Those of `npm start`, and a profile where one is asked for. */
function nodeOptions(
  implementation: ExporterOptions['implementation'],
  cpuProf: string | undefined,
): string[] {
  if (implementation !== 'ours') return [];
  const profile = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`];
  return ['--max-semi-space-size=6', ...profile];
}

/** The variables of the service; the other variants read some of them. */
function environmentOf({ bucket, access }: ExporterOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    HOST: '127.0.0.1',
    PORT: '0',
    AUDITFORGE_SHARED_BUCKET: bucket,
    AUDITFORGE_SOURCE_BUCKETS: bucket,
    AUDITFORGE_ADMIN_TOKENS: `bench:${ADMIN_TOKEN}`,
    AUDITFORGE_SESSION_SECRET: 'benchmark-session-secret-of-no-worth',
    AUDITFORGE_S3_ENDPOINT: access.endpoint,
    AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
    AUDITFORGE_MAX_ACTIVE_EXPORTS: '64',
    AUDITFORGE_EXPORT_WAIT_SECONDS: '60',
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  };
}

/** The first line that names one. */
async function address(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const found = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
  try {
    return await Promise.race([
      found,
      once(child, 'close', { signal: either }).then(([code]) => {
        throw new Error(`it ended with ${code}`);
      }),
    ]);
  } finally {
    ended.abort();
    lines.close();
  }
}
