import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { becomes } from './support/becomes.js';
import { Stage } from './support/stage.js';

let stage: Stage;
let other: Server;
let port: number;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [events(3)]);
  other = createServer((_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Other'),
  ).listen(0, '127.0.0.1');
  await once(other, 'listening');
  ({ port } = other.address() as AddressInfo);
});
afterEach(() => stage.endVisits());
afterAll(async () => {
  other.close();
  await stage.close();
});

const refused = () => stage.service.logged('auditforge_request_refused').map(({ code }) => code);

/** What a page of another site can make a browser send, each as a script of that page. */
const FORGERIES: [what: string, script: (url: string) => string][] = [
  ['a picture', (url) => `document.body.append(Object.assign(new Image(), { src: '${url}' }))`],
  [
    'a script',
    (url) => `document.body.append(Object.assign(document.createElement('script'), { src: '${url}' }))`,
  ],
  [
    'a frame',
    (url) => `document.body.append(Object.assign(document.createElement('iframe'), { src: '${url}' }))`,
  ],
  [
    'a request with credentials',
    (url) => `fetch('${url}', { credentials: 'include', mode: 'no-cors' }).catch(() => 0)`,
  ],
  [
    'a link that it presses',
    (url) =>
      `document.body.append(Object.assign(document.createElement('a'), { href: '${url}' })); document.querySelector('a').click()`,
  ],
  [
    'a form that it sends',
    (url) =>
      `document.body.insertAdjacentHTML('beforeend', '<form action="${url}"></form>'); document.forms[0].submit()`,
  ],
];

describe('a page of another site', () => {
  // Another port is another origin of the same site, to which SameSite alone would let the cookie go.
  it.each([
    ['127.0.0.1', 'cross_site_request'],
    ['localhost', 'authentication_required'],
  ])('is given nothing, from %s', async (host, refusal) => {
    for (const [what, script] of FORGERIES) {
      const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
      // A browser says in many ways that it was refused.
      complaints.tolerate(/./);
      const downloads: string[] = [];
      page.on('download', (download) => downloads.push(download.url()));
      const before = stage.proxy.requests.length;
      const refusedBefore = refused().length;
      await page.goto(`http://${host}:${port}/`);
      await page.evaluate(script(`${stage.url}/auditforge/engagement/eng-1/audit-log`));
      // The browser may keep the answer from everybody: the service says what it was.
      await becomes(() => refused().length > refusedBefore, true);
      expect([what, ...refused().slice(refusedBefore)]).toEqual([what, refusal]);
      expect([what, downloads, stage.proxy.requests.length - before]).toEqual([what, [], 0]);
    }
  });

  it('cannot sign a visitor out, nor put the page into a frame', async () => {
    const { page, context, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.tolerate(/./);
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate(
      `fetch('${stage.url}/auditforge/session', { method: 'DELETE', credentials: 'include' }).catch(() => 0)`,
    );
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['auditforge']);
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<iframe src="${stage.url}/"></iframe>')`,
    );
    await becomes(async () => page.frames().length, 2);
    const framed = page.frames()[1]!;
    await framed.waitForLoadState().catch(() => undefined);
    expect(await framed.getByRole('heading', { name: 'Engagements' }).count()).toBe(0);
  });

  it('cannot read the cookie, and neither can a script of the page itself', async () => {
    const { page, context } = await stage.visit({ engagements: ['eng-1'] });
    await page.goto('/');
    await page.getByRole('heading', { name: 'Engagements' }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'auditforge', httpOnly: true, sameSite: 'Strict', path: '/' });
  });
});
