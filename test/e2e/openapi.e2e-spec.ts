import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { send, type HttpAnswer } from '../support/http-client.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const COMMITTED = new URL('../../docs/openapi.json', import.meta.url);

interface Node {
  [field: string]: unknown;
}

let app: NestExpressApplication;
let url: string;
const ask = (path: string, method = 'GET'): Promise<HttpAnswer> => send(url + path, { method });

async function start(environment: Record<string, string> = {}): Promise<void> {
  await app?.close();
  const settings = readEnvironment({
    AUDITFORGE_SHARED_BUCKET: 'metis-shared',
    AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
    AWS_REGION: 'us-east-1',
    HOST: '127.0.0.1',
    ...environment,
  });
  app = await createApp(settings, { logLevel: 'silent' });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
}

beforeAll(() => start());
afterAll(() => app.close());

describe('/auditforge/openapi.json', () => {
  it('is the document that is committed, to whoever asks', async () => {
    const answer = await ask('/auditforge/openapi.json');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.json()).toEqual(JSON.parse(readFileSync(COMMITTED, 'utf8')));
    const head = await ask('/auditforge/openapi.json', 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it('names the cookie that this service has', async () => {
    await start({ AUDITFORGE_INSECURE_COOKIE: 'true' });
    const { components } = (await ask('/auditforge/openapi.json')).json<{ components: Node }>();
    expect(components['securitySchemes']).toMatchObject({
      sessionCookie: { in: 'cookie', name: 'auditforge' },
    });
  });
});

describe('/auditforge/docs', () => {
  it('is a page of files of this service alone, under the policy of all pages', async () => {
    const page = await ask('/auditforge/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';style-src 'self'$/);
    const html = page.body.toString();
    expect(html).not.toMatch(/<style|<script>|style=|https?:/);
    const named = Array.from(html.matchAll(/(?:src|href)="(docs\/[^"]+)"/g), ([, name]) => name!);
    expect(named.length).toBe(3);
    for (const name of named) {
      const file = await ask(`/auditforge/${name}`);
      expect([name, file.status, file.headers['content-type']]).toEqual([
        name,
        200,
        expect.stringMatching(name.endsWith('css') ? /^text\/css/ : /javascript/),
      ]);
    }
  });

  it.each([
    '/auditforge/docs/',
    '/auditforge/docs/index.html',
    '/auditforge/docs/swagger-ui-bundle.js.map',
    '/auditforge/Docs',
  ])('is no answer to %s', async (path) => {
    const answer = await ask(path);
    expect([answer.status, answer.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
  });

  it.each(['/auditforge/docs', '/auditforge/openapi.json'])('%s takes no other method', async (path) => {
    const answer = await ask(path, 'POST');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await ask(path, 'OPTIONS')).status).toBe(204);
  });
});

describe('the document', () => {
  const document = JSON.parse(readFileSync(COMMITTED, 'utf8')) as Node;

  it('describes every parameter, field, header and answer, with an example', () => {
    const wanting: string[] = [];
    visit(document, '#', (node, at) => {
      const missing = needsOf(at).filter((field) => !has(node, field));
      if (missing.length > 0) wanting.push(`${at}: ${missing.join(', ')}`);
    });
    expect(wanting).toEqual([]);
  });
});

/** What a thing at this place must have. */
function needsOf(at: string): string[] {
  if (/\/(parameters\/\d+|headers\/[^/]+)$/.test(at)) return ['description', 'example'];
  if (/^#\/components\/schemas\/[^/]+$/.test(at)) return ['description'];
  if (/^#\/components\/schemas\/.*\/properties\/[^/]+$/.test(at)) return ['description', 'example'];
  if (/\/responses\/\d+$/.test(at)) return ['description'];
  if (/\/content\/[^/]+$/.test(at)) return ['example'];
  if (/^#\/paths\/[^/]+\/[a-z]+$/.test(at)) return ['summary', 'description', 'operationId', 'tags'];
  return [];
}

/** An example may be that of its schema; another schema, or a list of it, shows those of its own fields. */
function has(node: Node, field: string): boolean {
  if (field in node) return true;
  if (field !== 'example') return false;
  const { examples, $ref, allOf, items, schema } = node as { items?: Node; schema?: Node } & Node;
  return (
    [examples, $ref, allOf, items?.['$ref']].some((part) => part !== undefined) ||
    (schema !== undefined && has(schema, field))
  );
}

function visit(value: unknown, at: string, look: (node: Node, at: string) => void): void {
  if (typeof value !== 'object' || value === null || /\/(example|examples|default)$/.test(at)) return;
  if (!Array.isArray(value)) look(value as Node, at);
  for (const [name, child] of Object.entries(value))
    visit(child, `${at}/${name.replaceAll('/', '~1')}`, look);
}
