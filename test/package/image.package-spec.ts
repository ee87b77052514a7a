import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const DOCKERFILE = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');

/** What an instruction of the image itself is given, which is the last stage's. */
function instruction(name: string): string {
  const [, given = ''] =
    new RegExp(`^${name} (.*)$`, 'm').exec(DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '))) ?? [];
  return given;
}

function commandOf(given: string): string[] {
  return JSON.parse(given.replace(/^.*?\[/, '[')) as string[];
}

async function healthCheck(environment: Record<string, string>): Promise<number | null> {
  const [, ...args] = commandOf(instruction('HEALTHCHECK'));
  const env = { PATH: process.env['PATH'], ...environment };
  const [code] = (await once(spawn(process.execPath, args, { cwd: PROJECT, env }), 'exit')) as [
    number | null,
  ];
  return code;
}

describe('the image', () => {
  it('is of the Node that the service needs, in each stage', () => {
    const { engines } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const images = Array.from(DOCKERFILE.matchAll(/^FROM (\S+)/gm), ([, image]) => image!);
    expect(engines.node).toBe('>=24');
    expect(new Set(images)).toEqual(new Set(['node:24-slim']));
  });

  it('runs the service as Node itself, not as root, with the option of npm start', () => {
    const [node, ...args] = commandOf(instruction('CMD'));
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(`exec ${node} ${args.join(' ')}`).toBe(scripts['start']);
    expect(
      existsSync(
        join(
          PROJECT,
          args.find((arg) => arg.startsWith('dist/'))!,
        ),
      ),
    ).toBe(true);
    expect([instruction('USER'), instruction('STOPSIGNAL')]).toEqual(['node', 'SIGTERM']);
  });

  it('asks the service whether it lives, where it listens for that', async () => {
    let status = 200;
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);

    expect(await healthCheck({ PORT: port })).toBe(0);
    expect(await healthCheck({ PORT: '1', AUDITFORGE_MANAGEMENT_PORT: port, HOST: '127.0.0.1' })).toBe(0);
    expect(asked).toEqual(['/health/live', '/health/live']);
    status = 503;
    expect(await healthCheck({ PORT: port })).toBe(1);
    server.close();
    await once(server, 'close');
    expect(await healthCheck({ PORT: port })).toBe(1);
  });
});
