import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';

const PASSWORD = 'redis-password-for-tests';
const READY = 'Ready to accept connections';

/** A Redis of its own on loopback, in memory alone, that can be stopped and started again on its port. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private readonly folder = temporaryFolder();

  private constructor(
    readonly port: number,
    /** Of a server that talks TLS alone: its key, and its certificate, which clients must be told of. */
    private readonly tls?: Certificate,
  ) {}

  static async start({ tls = false } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), tls ? makeCertificate() : undefined);
    await server.start();
    return server;
  }

  get url(): string {
    return `${this.tls === undefined ? 'redis' : 'rediss'}://:${PASSWORD}@127.0.0.1:${this.port}`;
  }

  get certificate(): string | undefined {
    return this.tls?.certificate;
  }

  async start(): Promise<void> {
    const { tls } = this;
    const settings = {
      ...(tls === undefined
        ? { port: this.port }
        : {
            port: 0,
            'tls-port': this.port,
            'tls-cert-file': tls.certificate,
            'tls-key-file': tls.key,
            'tls-auth-clients': 'no',
          }),
      bind: '127.0.0.1',
      save: '',
      // For the tests that want its file.
      dir: this.folder,
      appendonly: 'no',
      requirepass: PASSWORD,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    let said = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += String(text);
      if (said.includes(READY)) break;
    }
    if (!said.includes(READY)) throw new Error(`redis-server does not start: ${said}`);
  }

  /** A frozen one (SIGSTOP) takes connections, and answers nothing. */
  signal(name: NodeJS.Signals): void {
    this.child!.kill(name);
  }

  /** With all that it holds. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // Should it be frozen.
    child.kill('SIGCONT');
    await ended;
  }
}

interface Certificate {
  key: string;
  certificate: string;
}

/** It goes with the process. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Signed by itself. */
function makeCertificate(): Certificate {
  const dir = temporaryFolder();
  const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=redis'];
  const forLoopback = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...forLoopback, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { key, certificate };
}
