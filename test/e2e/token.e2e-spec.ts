import { userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, jwtVerify } from 'jose';
import { runProgram } from '../../src/cli/program.js';
import { openEmbeddedStore } from '../support/embedded-store.js';
import { Service } from '../support/service.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const ENVIRONMENT = { AUDITFORGE_SESSION_SECRET: SESSION_SECRET };

async function run(args: string[], environment: Record<string, string> = ENVIRONMENT) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runProgram(['token', ...args], environment, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  return { exitCode, ...written };
}

describe('the token command', () => {
  it('prints a token for the engagements named, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run([
      '--engagement',
      'eng-1',
      '--engagement',
      'eng-2',
      'eng-3',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { payload } = await jwtVerify(stdout.trim(), new TextEncoder().encode(SESSION_SECRET), {
      issuer: 'auditforge',
      audience: 'auditforge',
      algorithms: ['HS256'],
    });
    expect(payload.scope).toBe('engagement:eng-1 engagement:eng-2 engagement:eng-3');
    expect(payload.sub).toBe(userInfo().username);
    expect(payload.exp! - payload.iat!).toBe(12 * 3600);
  });

  it.each([
    ['90s', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('--ttl %s', async (ttl, expected) => {
    const { exp, iat } = decodeJwt((await run(['--engagement', 'eng-1', '--ttl', ttl])).stdout);
    expect(exp! - iat!).toBe(expected);
  });

  it('takes subject, issuer and audience', async () => {
    const { stdout } = await run(['--engagement', 'eng-1', '--sub', 'reviewer@example.com'], {
      ...ENVIRONMENT,
      AUDITFORGE_SESSION_ISSUER: 'https://login.example.com',
      AUDITFORGE_SESSION_AUDIENCE: 'exports',
    });
    expect(decodeJwt(stdout)).toMatchObject({
      sub: 'reviewer@example.com',
      iss: 'https://login.example.com',
      aud: 'exports',
    });
  });

  it('prints a token that the service takes, for its engagements alone', async () => {
    const store = await openEmbeddedStore();
    const service = await Service.start({ store });
    await service.seed('eng-1', { 'a.jsonl': '{"a":1}\n' });
    const authorization = `Bearer ${(await run(['--engagement', 'eng-1'])).stdout.trim()}`;
    const statuses = await Promise.all(
      ['eng-1', 'eng-2'].map(async (id) => {
        const path = `/auditforge/engagement/${id}/audit-log`;
        return (await fetch(service.url + path, { headers: { authorization } })).status;
      }),
    );
    await service.close();
    await store.close();
    expect(statuses).toEqual([200, 403]);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['no secret', ['--engagement', 'eng-1'], {}, 'AUDITFORGE_SESSION_SECRET is not set'],
    [
      'a short secret',
      ['--engagement', 'eng-1'],
      { AUDITFORGE_SESSION_SECRET: 'short' },
      'AUDITFORGE_SESSION_SECRET must be at least 32 bytes long',
    ],
    ['no engagement', [], ENVIRONMENT, 'Name at least one engagement'],
    ['a bad id', ['--engagement', 'eng 1'], ENVIRONMENT, '"eng 1" is no engagement id'],
    ['a bad id among more', ['--engagement', 'eng-1', '../x'], ENVIRONMENT, '"../x" is no engagement id'],
    ['a bad time', ['--engagement', 'eng-1', '--ttl', '12'], ENVIRONMENT, '--ttl "12" is no time'],
    ['no time at all', ['--engagement', 'eng-1', '--ttl', '0s'], ENVIRONMENT, '--ttl "0s" is no time'],
    ['a bad subject', ['--engagement', 'eng-1', '--sub', 'a\nb'], ENVIRONMENT, '--sub must be'],
    [
      'an unknown option',
      ['--engagment', 'eng-1'],
      ENVIRONMENT,
      "Unknown option '--engagment' (did you mean --engagement?).",
    ],
    [
      'an option without value',
      ['--engagement'],
      ENVIRONMENT,
      "Option '--engagement <id...>' argument missing",
    ],
  ])('refuses %s in one line', async (_case, args, environment, message) => {
    const { exitCode, stdout, stderr } = await run(args, environment);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  it('--help', async () => {
    const { exitCode, stdout } = await run(['--help'], {});
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--ttl <time>');
  });
});
