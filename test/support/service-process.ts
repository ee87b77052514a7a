import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StoreUnderTest } from '../contracts/store-under-test.js';
import { END_WITH_PARENT } from './end-with-parent.js';
import { send, type HttpAnswer } from './http-client.js';
import { LogLeaks } from './log-leaks.js';
import type { LogLine } from './service.js';
import { ADMIN_TOKEN, SESSION_SECRET } from './session-tokens.js';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const OPTIONS = ['--max-semi-space-size=6', '--import', END_WITH_PARENT];

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ServiceProcessOptions {
  store: StoreUnderTest;
  bucket: string;
  /** Further variables of the environment. */
  environment?: Record<string, string>;
}

/** The built service (`npm run build`) as a process of its own, which can be signalled and killed. */
export class ServiceProcess {
  readonly logs: LogLine[] = [];
  private readonly leaks = new LogLeaks();
  url = '';
  private end: ProcessEnd | undefined;
  private said = '';

  private constructor(private readonly child: ChildProcess) {
    child.once('exit', (code, signal) => (this.end = { code, signal }));
    child.once('error', (error) => {
      this.said += String(error);
      this.end = { code: null, signal: null };
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.leaks.watch(line);
      if (line.startsWith('{')) this.logs.push(JSON.parse(line) as LogLine);
      else this.said += `${line}\n`;
    });
  }

  /** Resolves when it listens. @throws Error that says what the process said instead */
  static async start({ store, bucket, environment }: ServiceProcessOptions): Promise<ServiceProcess> {
    const env = { PATH: process.env['PATH'], ...environmentFor(store, bucket), ...environment };
    const child = spawn(process.execPath, [...OPTIONS, MAIN], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const service = new ServiceProcess(child);
    try {
      await until(() => service.end !== undefined || service.logged('auditforge_started').length > 0);
      if (service.end !== undefined) throw new Error('it has ended');
    } catch (cause) {
      await service.close();
      throw new Error(`The service does not start: ${service.said}`, { cause });
    }
    service.url = String(service.logged('auditforge_started')[0]!['address']);
    return service;
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** How it ended. Fails when it does not. */
  get ended(): Promise<ProcessEnd> {
    return until(() => this.end !== undefined).then(() => this.end!);
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  /** The most memory that it ever had, in bytes, of its whole life. */
  get peakMemory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    return Number(kibibytes) * 1024;
  }

  logged(msg: string): LogLine[] {
    return this.logs.filter((line) => line.msg === msg);
  }

  logAddress(engagement: string, query = ''): string {
    return `${this.url}/auditforge/engagement/${engagement}/audit-log${query === '' ? '' : `?${query}`}`;
  }

  /** GET as the admin, unless the headers say otherwise. */
  get(url: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return send(url, { headers: { 'x-admin-token': ADMIN_TOKEN, ...headers } });
  }

  /** Ends it, if it has not ended yet. */
  async close(): Promise<void> {
    if (this.end === undefined) this.signal('SIGKILL');
    await this.ended;
    this.leaks.expectNone();
  }
}

function environmentFor({ config }: StoreUnderTest, bucket: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    AUDITFORGE_SHARED_BUCKET: bucket,
    AUDITFORGE_ADMIN_TOKENS: `ops:${ADMIN_TOKEN}`,
    AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
    AUDITFORGE_S3_ENDPOINT: config.endpoint,
    AUDITFORGE_S3_FORCE_PATH_STYLE: String(config.forcePathStyle),
    AWS_REGION: config.region,
    AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
  };
}
