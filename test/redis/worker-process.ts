import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { END_WITH_PARENT } from '../support/end-with-parent.js';
import { LogLeaks } from '../support/log-leaks.js';
import type { LogLine } from '../support/service.js';
import { until } from '../support/until.js';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The built worker (`npm run start:worker`) as a process of its own. */
export class WorkerProcess {
  readonly logs: LogLine[] = [];
  said = '';
  private readonly leaks = new LogLeaks();
  private readonly exited: Promise<number | null>;
  private hasEnded = false;

  constructor(environment: Record<string, string>) {
    const options = ['--max-semi-space-size=6', '--import', END_WITH_PARENT, PROGRAM, 'worker'];
    const env = { PATH: process.env['PATH'], ...environment };
    this.child = spawn(process.execPath, options, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const exited = Promise.withResolvers<number | null>();
    this.exited = exited.promise;
    this.child.once('exit', (code) => {
      this.hasEnded = true;
      exited.resolve(code);
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.leaks.watch(line);
      this.logs.push(JSON.parse(line) as LogLine);
    });
  }

  private readonly child: ChildProcess;

  async started(): Promise<this> {
    await until(() => this.hasEnded || this.logged('auditforge_worker_started').length > 0);
    if (this.hasEnded) throw new Error(`The worker does not start: ${this.said}`);
    return this;
  }

  logged(msg: string): LogLine[] {
    return this.logs.filter((line) => line.msg === msg);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Its exit code. */
  get ended(): Promise<number | null> {
    return this.exited;
  }

  async close(): Promise<void> {
    if (!this.hasEnded) this.signal('SIGKILL');
    await this.exited;
    this.leaks.expectNone();
  }
}
