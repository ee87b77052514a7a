import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../../src/cli/program.js';

const COMMANDS = ['serve', 'worker', 'doctor', 'provision', 'token'];

async function run(args: string[], environment: Record<string, string> = {}) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runProgram(args, environment, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  return { exitCode, ...written };
}

describe('auditforge', () => {
  it('--help names every command and the exit codes', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command} `);
    expect(stdout).toContain('Exit codes: 0');
  });

  it('without a command shows the same as an error', async () => {
    const { exitCode, stdout, stderr } = await run([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe((await run(['--help'])).stdout);
  });

  it('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each(COMMANDS)('%s --help explains it, in lines that a terminal holds', async (command) => {
    const { exitCode, stdout, stderr } = await run([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: auditforge ${command} [options]\n`);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
  });

  it.each<[string, string[], string]>([
    ['an unknown command', ['serv'], "Unknown command 'serv' (did you mean serve?)."],
    ['an unknown option', ['--verson'], "Unknown option '--verson' (did you mean --version?)."],
    ['an option of another command', ['serve', '--json'], "Unknown option '--json'."],
    ['what it has no use for', ['serve', '8080'], 'Too many arguments'],
  ])('refuses %s in one line', async (_case, args, message) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+ --help shows what there is\.\n$/);
  });

  it('starts no worker without a queue', async () => {
    const { exitCode, stderr } = await run(['worker'], {
      AUDITFORGE_SHARED_BUCKET: 'metis-shared',
      AUDITFORGE_SESSION_SECRET: 'a secret of more than thirty-two bytes',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'The AuditForge worker does not start. Set AUDITFORGE_REDIS_URL: it does the exports that are queued there.\n',
    );
  });

  it('refuses an older Node in one line, before it loads anything of it', () => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.1.0'})";
    const entry = new URL('../../src/require-node.ts', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', older, entry], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^AuditForge needs Node 24 or newer, this is 22\.1\.0\.[^\n]*\n$/);
  });
});
