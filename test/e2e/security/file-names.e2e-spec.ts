import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditForgeError, AuditLogExporter, type Caller } from '../../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../../support/session-tokens.js';
import { rawRequest } from './raw-request.js';
import { WatchedLog } from './watched-log.js';

const NIGHTLY: Caller = { kind: 'service', subject: 'nightly' };
const FILE_NAME = /^attachment; filename="[A-Za-z0-9][A-Za-z0-9_-]*-\d{8}T\d{6}Z\.jsonl"$/;
const ODD_IDS = [
  'eng"1',
  'eng-1"; filename="evil.exe',
  "eng'1",
  'eng\\1',
  'eng-1\r\nX-Injected: yes',
  'eng-1\nX-Injected: yes',
  'eng-1\r\n\r\n<script>',
  'eng-1\t',
  'eng-1;x',
  'eng-1\u0007',
  'prüfung',
  '監査',
  'eng-1\u202egpj',
  'eng-1\u2028',
  '🎯',
  'eng 1',
  ' eng-1',
  'eng.1',
  '.eng',
  '-eng',
  '=eng',
  'a%0d%0ab',
  'con:1',
  'x'.repeat(129),
];

describe('file names', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store, logTo: log });
    await service.seed('eng-1', { '1.jsonl': event(1) });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it.each(ODD_IDS)(
    'failures 37: of an engagement that somebody put into the store as %j are never made: it is refused',
    async (id) => {
      await service.putEngagement(id);
      await service.putShard(id, '1.jsonl', event(7));
      const calls = store.requests.length;
      const session = log.keepToken(await sessionToken([id]));
      // A raw line break would end the request line, and the id with it.
      const raw = /[\r\n]/.test(id) ? [] : [Buffer.from(id).toString('latin1')];
      for (const name of [encodeURIComponent(id), encodeURI(id), ...raw]) {
        for (const route of ['', '/audit-log', '/audit-log?delivery=signed_url']) {
          for (const method of ['GET', 'HEAD']) {
            for (const credential of [`x-admin-token: ${ADMIN_TOKEN}`, `Authorization: Bearer ${session}`]) {
              const path = `/auditforge/engagement/${name}${route}`;
              const answer = await rawRequest(service.url, path, { method, headers: [credential] });
              expect([400, 401, 403, 404, 422]).toContain(answer.status);
              expect(answer.headers['content-disposition']).toBeUndefined();
              expect(answer.headers['x-injected']).toBeUndefined();
              expect(answer.body).not.toContain('llm_call');
            }
          }
        }
      }
      expect(store.requests).toHaveLength(calls);
    },
  );

  it.each(ODD_IDS)('failures 37: of the id %j are not made for an importing service either', async (id) => {
    const exporter = service.nest.get(AuditLogExporter, { strict: false });
    const calls = store.requests.length;
    const attempts = [
      () => exporter.stream(NIGHTLY, { engagementId: id }),
      () => exporter.signedUrl(NIGHTLY, { engagementId: id, format: 'json' }),
      () => exporter.engagement(NIGHTLY, id),
      () =>
        exporter.stream(
          { kind: 'session', subject: 'kim', engagements: new Set([id]) },
          { engagementId: id },
        ),
    ];
    for (const attempt of attempts) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuditForgeError);
      expect(error).toMatchObject({ code: 'invalid_parameters', status: 422 });
    }
    expect(store.requests).toHaveLength(calls);
  });

  it('failures 37: hold the id and the time alone, whatever the shards and the record are called', async () => {
    const odd = [
      '"',
      "'",
      '\r\nX-Injected: yes',
      '\n',
      'ü',
      '監査',
      '\u202e',
      '%0d%0a',
      '; filename=x',
      '\\',
    ];
    const shards = Object.fromEntries(odd.map((name, at) => [`${at}${name}.jsonl`, event(at)]));
    await service.seed('eng-odd', shards, { name: 'A "name"\r\nX-Injected: yes ü' });
    const whole = odd.map((_, at) => `${event(at)}\n`).join('');
    for (const method of ['GET', 'HEAD']) {
      const answer = await rawRequest(service.url, '/auditforge/engagement/eng-odd/audit-log', {
        method,
        headers: [`x-admin-token: ${ADMIN_TOKEN}`],
      });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-disposition']).toMatch(FILE_NAME);
      expect(answer.headers['x-injected']).toBeUndefined();
    }
    expect((await service.log('eng-odd')).body.toString()).toBe(whole);
    const { signed_url } = (await service.log('eng-odd', 'delivery=signed_url')).json<{
      signed_url: string;
    }>();
    log.keepSecret(new URL(signed_url).searchParams.get('X-Amz-Signature')!);
    const object = await fetch(signed_url);
    expect(object.headers.get('content-disposition')).toMatch(FILE_NAME);
    expect(await object.text()).toBe(whole);
    const record = await service.get('/auditforge/engagement/eng-odd');
    expect(record.json()).toMatchObject({ name: 'A "name"\r\nX-Injected: yes ü' });
    expect(record.headers['x-injected']).toBeUndefined();
  });

  it.each([
    ['a quote', 'a"b'],
    ['a single quote', "a'b"],
    ['a backslash', 'a\\b'],
    ['an encoded line break', 'a%0d%0ab'],
    ['65 characters', 'x'.repeat(65)],
    ['a comma', 'a,b'],
    ['a semicolon', 'a;b'],
    ['a tab', 'a\tb'],
    ['bytes beyond ASCII', Buffer.from('ü').toString('latin1')],
    ['a byte that ends lines elsewhere', '\u0085'],
    ['markup', '<b>'],
    ['a second one', 'a\r\nx-request-id: b'],
  ])('failures 37: an X-Request-Id with %s is replaced', async (_, id) => {
    const answer = await rawRequest(service.url, '/auditforge/engagement/eng-1', {
      headers: [`x-admin-token: ${ADMIN_TOKEN}`, `x-request-id: ${id}`],
    });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.head.match(/x-request-id/gi)).toHaveLength(1);
  });

  it.each(['a', 'x'.repeat(64), 'A.b_c-9'])('an X-Request-Id %j is taken over', async (id) => {
    const answer = await service.get('/auditforge/engagement/eng-1', { 'x-request-id': id });
    expect(answer.headers['x-request-id']).toBe(id);
  });

  it('failures 37: an X-Request-Id with a line break is no header: what follows it counts for itself', async () => {
    for (const id of ['a\nX-Injected: yes', 'a\rX-Injected: yes', 'a\0b', 'a\u001bb', 'a\u007fb']) {
      const answer = await rawRequest(service.url, '/auditforge/engagement/none', {
        headers: [`x-admin-token: ${ADMIN_TOKEN}`, `x-request-id: ${id}`],
      });
      expect([400, 404]).toContain(answer.status);
      expect(answer.headers['x-request-id']).toMatch(/^([0-9a-f-]{36}|a)$/);
      expect(answer.headers['x-injected']).toBeUndefined();
    }
  });

  it('failures 36: nothing that was logged holds a token', () => {
    expect(log.lines.length).toBeGreaterThan(100);
    expect(log.leaks()).toEqual([]);
  });
});
