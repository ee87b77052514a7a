import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { sessionToken } from '../support/session-tokens.js';
import { digestOf, digestOfFile, digestOfLink } from './support/download.js';
import { EngagementPage } from './support/engagement-page.js';
import { Stage } from './support/stage.js';

const FRONTEND = resolve(import.meta.dirname, '../../frontend');
const SHARDS = [events(3), events(2, 3)];

let stage: Stage;
let host: Server;
let folder: string;
let origin: string;

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: FRONTEND, stdio: 'pipe' });
}

beforeAll(async () => {
  run('npm', 'run', '--silent', 'build:lib');
  // Within the workspace, where React is found.
  folder = await mkdtemp(join(FRONTEND, '.host-'));
  const page = async (url = ''): Promise<[string, string]> => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    const type = name.endsWith('.js') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html';
    return [type, await readFile(join(folder, 'dist', name), 'utf8')];
  };
  host = createServer((request, response) => {
    void page(request.url).then(
      ([type, text]) => response.setHeader('Content-Type', type).end(text),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  stage = await Stage.open({ AUDITFORGE_CORS_ORIGINS: origin });
  await stage.shelf.put('eng-1', SHARDS, 'Embedded');
  await bundle(stage.url, await sessionToken(['eng-1']));
});
afterEach(() => stage.endVisits());
afterAll(async () => {
  await stage.close();
  host.close();
  await rm(folder, { recursive: true });
});

/** A host page, as another front end would write it: the built component, its styles, a client with a token. */
async function bundle(baseUrl: string, token: string): Promise<void> {
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Host</title><div id="root"></div><script type="module" src="./main.js"></script>',
  );
  await writeFile(
    join(folder, 'main.js'),
    `import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createAuditForgeClient, EngagementDetail } from '${FRONTEND}/dist/index.js';
import '${FRONTEND}/dist/styles.css';
const client = createAuditForgeClient({ baseUrl: ${JSON.stringify(baseUrl)}, token: ${JSON.stringify(token)} });
createRoot(document.getElementById('root')).render(createElement(EngagementDetail, { client, id: 'eng-1' }));
`,
  );
  // In a process of its own: the bundler is native, and does not take the objects of a test's realm.
  run('npx', 'vite', 'build', folder, '--base', './', '--logLevel', 'error');
}

it('EngagementDetail works in a page of another origin, with a token in place of the cookie', async () => {
  const { page, context, complaints } = await stage.visit();
  // An address that turns out to be a download leads to no page.
  complaints.tolerate(/ERR_ABORTED: GET .*\/auditforge\/exports\//);
  await context.grantPermissions(['clipboard-write'], { origin });
  await page.goto(`${origin}/`);
  const detail = new EngagementPage(page);
  await page.getByRole('heading', { name: 'Embedded' }).waitFor();
  const log = await digestOf(SHARDS.join(''));

  await detail.url.click();
  await detail.alerted('Link copied');
  expect(await digestOfLink(await stage.clipboard.read())).toEqual(log);

  const begun = page.waitForEvent('download');
  await detail.auditLog.click();
  expect(await digestOfFile(await begun)).toEqual(log);
  expect(page.url()).toBe(`${origin}/`);
  expect(await context.cookies()).toEqual([]);
});
