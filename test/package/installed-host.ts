import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { END_WITH_PARENT } from '../support/end-with-parent.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = fileURLToPath(new URL('host/', import.meta.url));
/** What a Nest application brings; the package's other peers npm installs by itself. */
const OWN = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'reflect-metadata', 'rxjs'];
const OWN_TOOLS = ['typescript', '@types/node'];

const execute = promisify(execFile);

interface Packed {
  filename: string;
  unpackedSize: number;
  files: { path: string }[];
}

/** A fresh Nest application in a folder of its own, into which the packed package was installed. */
export class InstalledHost {
  private running: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly packed: Packed,
  ) {}

  /** Packs what is built (`npm run build`) and installs it. */
  static async install(): Promise<InstalledHost> {
    const folder = await mkdtemp(join(tmpdir(), 'auditforge-host-'));
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await execute('npm', pack, { cwd: PROJECT, maxBuffer: 2 ** 24 });
    const [packed] = JSON.parse(stdout) as [Packed];
    await cp(SOURCES, folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify(await manifest(packed.filename)));
    const host = new InstalledHost(folder, packed);
    await host.run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund']);
    return host;
  }

  /** Runs a command in its folder; @returns what it printed. @throws Error if it fails, with all it said */
  async run(command: string, args: string[]): Promise<string> {
    try {
      return (await execute(command, args, { cwd: this.folder, maxBuffer: 2 ** 24 })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')} fails:\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** Starts the application, as it was compiled; @returns its address. */
  async start(environment: Record<string, string>): Promise<string> {
    const child = spawn(process.execPath, ['--import', END_WITH_PARENT, 'dist/main.js'], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.running = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, address] = line.split(' ');
      if (word === 'listening') return address!;
    }
    throw new Error('The host does not start.');
  }

  async remove(): Promise<void> {
    if (this.running !== undefined && this.running.exitCode === null) {
      const ended = once(this.running, 'exit');
      this.running.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}

/** In the versions that the project itself is tested with, so that others' releases do not change the outcome. */
async function manifest(tarball: string): Promise<object> {
  const { packages } = JSON.parse(await readFile(join(PROJECT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const locked = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`]!.version]));
  return {
    name: 'host',
    private: true,
    type: 'module',
    dependencies: { ...locked(OWN), auditforge: `file:${tarball}` },
    devDependencies: locked(OWN_TOOLS),
  };
}
