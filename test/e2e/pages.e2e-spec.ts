import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { send, type HttpAnswer } from '../support/http-client.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const PAGE = '<!doctype html><title>AuditForge</title>';

let folder: string;
let app: NestExpressApplication;
let url: string;
const ask = (path: string, method = 'GET', headers = {}): Promise<HttpAnswer> =>
  send(url + path, { method, headers });

beforeAll(async () => {
  // In a folder with a dot, as a checkout may lie in one.
  folder = join(await mkdtemp(join(tmpdir(), 'pages-')), '.hidden');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'export {};');
  const settings = readEnvironment({
    AUDITFORGE_SHARED_BUCKET: 'metis-shared',
    AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
    AWS_REGION: 'us-east-1',
  });
  app = await createApp(settings, { logLevel: 'silent', pages: folder });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await rm(join(folder, '..'), { recursive: true });
});

describe('the pages', () => {
  it.each(['/', '/engagement/eng-abc123', '/?x=1', '/engagement/a?format=json'])(
    'are one, which finds its way by its address: %s',
    async (path) => {
      const answer = await ask(path);
      expect([answer.status, answer.body.toString()]).toEqual([200, PAGE]);
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringMatching(/^text\/html; charset=utf-8$/i),
        // A page of yesterday would ask for files that are gone.
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("script-src 'self'"),
        'x-content-type-options': 'nosniff',
      });
      const head = await ask(path, 'HEAD');
      expect([head.status, head.body.length]).toEqual([200, 0]);
    },
  );

  it('come with files, of which those named after their content are kept', async () => {
    const script = await ask('/assets/index-abc.js');
    expect([script.status, script.body.toString()]).toEqual([200, 'export {};']);
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toMatch(/javascript/);
    const icon = await ask('/favicon.svg');
    expect([icon.status, icon.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(icon.headers['cache-control']).toBe('public, max-age=3600');
  });

  it.each([
    '/index.html/',
    '/engagement',
    '/engagement/',
    '/engagement/-bad',
    '/engagement/a/b',
    '/engagement/..%2f..%2fetc',
    '/Engagement/eng-1',
    '/assets',
    '/assets/',
    '/assets/missing.js',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/..%2fpackage.json',
    '/auditforge',
  ])('are no answer to %s', async (path) => {
    const answer = await ask(path);
    expect([path, answer.status, answer.headers['content-type']]).toEqual([
      path,
      404,
      'application/problem+json',
    ]);
    expect(answer.json()).toMatchObject({ code: 'not_found' });
  });

  it('take no other method', async () => {
    const answer = await ask('/engagement/eng-1', 'POST');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await ask('/', 'OPTIONS')).status).toBe(204);
  });
});
