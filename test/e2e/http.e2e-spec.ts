import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { send, sendRaw } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';

describe('HTTP', () => {
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store });
    await service.seed('eng-1', { '1.jsonl': event(1) });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it.each([
    ['/', 404, 'not_found'],
    ['/auditforge', 404, 'not_found'],
    ['/auditforge/engagement/', 404, 'not_found'],
    ['/AuditForge/engagement/eng-1', 404, 'not_found'],
    [`${PATH}/`, 404, 'not_found'],
    [PATH.replace('audit-log', 'Audit-Log'), 404, 'not_found'],
    ['/auditforge/engagement/%E0%A4%A/audit-log', 400, 'malformed_request'],
    ['/auditforge/engagement/none', 404, 'engagement_not_found'],
  ])('answers GET %s with %d %s and a problem body', async (path, status, code) => {
    const answer = await service.get(path, { 'x-request-id': 'my-id_1.2' });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'my-id_1.2',
    });
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers.etag).toBeUndefined();
    const problem = answer.json<Record<string, unknown>>();
    expect(problem).toEqual({
      type: `urn:auditforge:problem:${code}`,
      title: expect.any(String),
      status,
      detail: expect.stringMatching(/^[A-Z"].*\.$/),
      code,
      request_id: 'my-id_1.2',
    });
  });

  it.each(['a b', 'x'.repeat(65), 'ü', 'a/b', ''])(
    'gives a request with the id %j an id of its own',
    async (id) => {
      const given = Buffer.from(id).toString('latin1');
      const answer = await service.get(PATH, { 'x-request-id': given });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])(
    'failures 29: refuses %s with 405 and Allow',
    async (method) => {
      for (const path of [PATH, '/auditforge/engagement/eng-1']) {
        const answer = await service.get(path, {}, method);
        expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
        expect(answer.json()).toMatchObject({ code: 'method_not_allowed' });
      }
    },
  );

  it.each(['http://', 'http://[', 'https:'])(
    'failures 29: answers the target %s with a problem body',
    async (target) => {
      const answer = await sendRaw(
        service.url,
        `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('"code":"malformed_request"');
    },
  );

  it('failures 29: answers what has come whole before what cannot be read', async () => {
    const whole = `GET ${PATH} HTTP/1.1\r\nhost: a\r\n\r\n`;
    for (const broken of ['\0', 'GETGET', '\r\n\r\n :']) {
      expect(await sendRaw(service.url, whole + broken)).toMatch(
        /^HTTP\/1.1 401 [^]*authentication_required/,
      );
    }
  });

  it('failures 29: reads no further on a connection that asks for another protocol', async () => {
    const upgrade = `GET ${PATH} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n`;
    const answer = await sendRaw(service.url, upgrade + upgrade);
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('failures 29: answers OPTIONS with the methods of the address', async () => {
    const answer = await service.get(PATH, {}, 'OPTIONS');
    expect([answer.status, answer.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('failures 29: refuses a request whose body never mattered without reading it', async () => {
    const answer = await send(service.url + PATH, { method: 'POST', body: 'x'.repeat(500_000) });
    expect(answer.status).toBe(405);
  });

  it('failures 29: ignores If-None-Match and Range: a stream has no etag and no ranges', async () => {
    const answer = await service.get(PATH, { 'if-none-match': '*', range: 'bytes=5-' });
    expect([answer.status, answer.body.toString()]).toEqual([200, `${event(1)}\n`]);
  });

  it('failures 29: answers pipelined requests each in its turn', async () => {
    const head = `Host: x\r\nx-admin-token: ${ADMIN_TOKEN}\r\n`;
    const answer = await sendRaw(
      service.url,
      `GET ${PATH} HTTP/1.1\r\n${head}\r\nGET ${PATH}?format=json HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
    );
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answer.indexOf('application/x-ndjson')).toBeLessThan(answer.indexOf('application/json'));
  });

  it.each([
    [
      '64 KB of headers',
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\nx-big: ${'x'.repeat(65_536)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['rubbish', 'this is not http\r\n\r\n', 400, 'malformed_request'],
    ['a strange version', `GET ${PATH} HTTP/7.3\r\nHost: x\r\n\r\n`, 505, 'http_version_not_supported'],
    ['no Host', `GET ${PATH} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400, 'malformed_request'],
    [
      'a length and a coding',
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'malformed_request',
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
    [
      'an undecodable path',
      `GET /auditforge/engagement/%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      400,
      'malformed_request',
    ],
  ])('failures 29: answers %s with a problem body', async (_, bytes, status, code) => {
    const answer = await sendRaw(service.url, bytes);
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('application/problem+json');
    expect(head).toMatch(/x-request-id: /i);
    expect(JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1))).toMatchObject({
      code,
      status,
    });
  });

  it('answers an unusual Expect as if it were not there', async () => {
    expect((await service.get(PATH, { expect: 'a-miracle' })).status).toBe(200);
  });

  it('logs of a refused request its path, never its query or headers', async () => {
    const from = service.logs.length;
    await service.get(`${PATH}?x-admin-token=${ADMIN_TOKEN}`, { authorization: 'Bearer secret-in-header' });
    const logged = JSON.stringify(service.logs.slice(from));
    expect(logged).toContain(PATH);
    expect(logged).not.toContain(ADMIN_TOKEN);
    expect(logged).not.toContain('secret-in-header');
  });
});
