import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuditForgeOptions } from '../../src/audit-forge/audit-forge.options.js';
import { runProgram } from '../../src/cli/program.js';
import { InvalidEnvironment, readEnvironment, VARIABLES } from '../../src/config/environment.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const REQUIRED = {
  AUDITFORGE_SHARED_BUCKET: 'metis-shared',
  AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
};

describe('serve', () => {
  let stderr: string;
  const serve = (environment: Record<string, string>) =>
    runProgram(['serve'], environment, { stderr: { write: (text) => (stderr += text) } });

  beforeEach(() => {
    stderr = '';
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('says every problem of the environment at once, one a line, and gives exit code 1', async () => {
    const exitCode = await serve({
      PORT: 'eighty',
      AUDITFORGE_SESSION_SECRET: 'short',
      AUDITFORGE_ADMIN_TOKENS: 'ops:short',
      AUDITFORGE_STALL_SECONDS: '0',
      AUDITFORGE_CORS_ORIGINS: '*',
      AUDITFORGE_SHARED_BUKET: 'metis-shared',
    });

    expect(exitCode).toBe(1);
    const [first, ...problems] = stderr.trimEnd().split('\n');
    expect(first).toBe('AuditForge does not start. The environment is not right:');
    expect(problems.map((problem) => problem.trim().replace(/ .*/, '')).toSorted()).toEqual([
      'AUDITFORGE_ADMIN_TOKENS',
      'AUDITFORGE_CORS_ORIGINS',
      'AUDITFORGE_SESSION_SECRET',
      'AUDITFORGE_SHARED_BUCKET',
      'AUDITFORGE_SHARED_BUKET',
      'AUDITFORGE_STALL_SECONDS',
      'PORT',
    ]);
    expect(stderr).not.toContain('short\n');
  });

  it('says in one line that its port is taken', async () => {
    const other = await listen();
    const { port } = other.address() as AddressInfo;
    // What Nest logs meanwhile is not looked at.
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    let exitCode: number;
    try {
      exitCode = await serve({ ...REQUIRED, AWS_REGION: 'us-east-1', HOST: '127.0.0.1', PORT: String(port) });
    } finally {
      other.close();
    }

    expect(exitCode).toBe(1);
    expect(stderr).toBe(`AuditForge does not start. Port ${port} is taken: set PORT to a free one.\n`);
  });
});

describe('the environment', () => {
  it('needs the bucket and one of secret and keys', () => {
    expect(problemsOf({})).toEqual([
      expect.stringContaining('AUDITFORGE_SHARED_BUCKET is required'),
      expect.stringContaining('AUDITFORGE_SESSION_SECRET or AUDITFORGE_SESSION_JWKS_URL is required'),
    ]);
    expect(problemsOf(REQUIRED)).toEqual([]);
  });
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const entries = Array.from(
    text.matchAll(/^(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm),
    ([, commentedOut, name, value]) => ({ name: name!, value: value!, set: commentedOut === undefined }),
  );

  it('names every variable once, and no other', () => {
    expect(entries.map(({ name }) => name).toSorted()).toEqual(VARIABLES.toSorted());
  });

  it('sets what is required, and no secret', () => {
    expect(entries.filter(({ set }) => set)).toEqual([
      { name: 'AUDITFORGE_SHARED_BUCKET', value: 'metis-shared', set: true },
      { name: 'AUDITFORGE_SESSION_SECRET', value: '', set: true },
    ]);
  });

  it('shows values that are right, and the defaults', () => {
    const shown = Object.fromEntries(entries.map(({ name, value }) => [name, value]));
    const settings = readEnvironment({
      ...shown,
      AUDITFORGE_ADMIN_TOKENS: '',
      AUDITFORGE_SESSION_JWKS_URL: '',
      AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
    });
    expect(settings.port).toBe(3000);
    expect(settings.host).toBe('0.0.0.0');
    const defaults = Object.entries(new AuditForgeOptions()).filter(
      ([name, value]) => value !== undefined && name !== 'adminTokens',
    );
    expect(settings.auditForge).toMatchObject(Object.fromEntries(defaults));
  });
});

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readEnvironment(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
}

async function listen(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
