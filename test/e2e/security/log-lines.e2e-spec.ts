import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLogExporter, type Caller } from '../../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN, sessionToken } from '../../support/session-tokens.js';
import { rawRequest } from './raw-request.js';
import { WatchedLog } from './watched-log.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';
const ADMIN = `x-admin-token: ${ADMIN_TOKEN}`;
/** What breaks a line, turns it round, or commands the terminal that shows it. */
const ODD: Array<[string, string]> = [
  ['a line break', '\n'],
  ['a carriage return', '\r'],
  ['an escape', '\u001b[2J'],
  ['a NUL', '\0'],
  ['a delete', '\u007f'],
  ['a next line', '\u0085'],
  ['a control sequence of one byte', '\u009b2J'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a bidirectional override', '\u202e'],
  ['a bidirectional isolate', '\u2066'],
  ['a zero width space', '\u200b'],
];

describe('what is logged of a request', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  const ask = (path: string, headers: string[] = [ADMIN]) => rawRequest(service.url, path, { headers });
  /** Lines were written, each is one line of text, and none has a secret. */
  const expectPlainLines = () => {
    expect(log.lines.length).toBeGreaterThan(0);
    expect(log.broken()).toEqual([]);
    expect(log.leaks()).toEqual([]);
  };

  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store, logTo: log });
    await service.seed('eng-1', { '1.jsonl': event(1) });
  });
  beforeEach(() => void (log.lines.length = 0));
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it.each(ODD)('failures 36: is one line of text where the id holds %s, encoded or not', async (_, odd) => {
    const encoded = `eng-1${encodeURIComponent(odd)}forged`;
    expect((await ask(PATH.replace('eng-1', encoded))).status).toBe(422);
    expect((await ask(PATH.replace('eng-1', encoded), [])).status).toBe(401);
    const raw = Buffer.from(`eng-1${odd}forged`).toString('latin1');
    expect((await ask(PATH.replace('eng-1', raw))).status).toBe(400);
    expectPlainLines();
  });

  it.each(ODD)('failures 36: is one line of text where a parameter is named with %s', async (_, odd) => {
    expect((await ask(`${PATH}?from${encodeURIComponent(odd)}forged=1`)).status).toBe(422);
    expectPlainLines();
  });

  it.each(ODD)(
    'failures 36: is one line of text where a session is of somebody named with %s',
    async (_, odd) => {
      const token = log.keepToken(await sessionToken(['eng-1'], { sub: `kim${odd}admin` }));
      expect((await ask(PATH, [`Authorization: Bearer ${token}`])).status).toBe(401);
      expectPlainLines();
    },
  );

  it.each(ODD)(
    'failures 36: is one line of text where an importing service asks for an id with %s',
    async (_, odd) => {
      const nightly: Caller = { kind: 'service', subject: 'nightly' };
      const exporter = service.nest.get(AuditLogExporter, { strict: false });
      const asked = exporter.signedUrl(nightly, { engagementId: `eng-1${odd}forged` });
      await expect(asked).rejects.toMatchObject({ code: 'invalid_parameters' });
      expectPlainLines();
    },
  );

  it.each(ODD)(
    'failures 36: is one line of text where an object among the shards is named with %s',
    async (_, odd) => {
      const engagement = `eng-${ODD.findIndex(([, one]) => one === odd)}-odd`;
      await service.seed(engagement, { '1.jsonl': event(1), [`a${odd}forged.txt`]: 'no shard' });
      expect((await service.log(engagement)).body.toString()).toBe(`${event(1)}\n`);
      expect(log.valuesOf('msg')).toContain('auditforge_audit_log_unrecognised_object');
      expectPlainLines();
    },
  );

  it.each([
    ['as a parameter without a value', (token: string) => `?${token}`],
    ['as the name of a parameter', (token: string) => `?${token}=1`],
    ['as the value of a parameter', (token: string) => `?format=${token}`],
    ['behind a second question mark', (token: string) => `?format=json?${token}`],
    ['as a segment of the path', (token: string) => `/${token}`],
  ])('failures 36: holds no session token that somebody put into the address %s', async (_, suffix) => {
    const token = log.keepToken(await sessionToken(['eng-1']));
    for (const headers of [[ADMIN], [`Authorization: Bearer ${token}`], []])
      expect([401, 404, 422]).toContain((await ask(PATH + suffix(token), headers)).status);
    expectPlainLines();
  });

  it('failures 36: holds no query of a link that somebody sent here', async () => {
    const { signed_url } = (await service.log('eng-1', 'delivery=signed_url')).json<{ signed_url: string }>();
    const { search, searchParams } = new URL(signed_url);
    log.keepSecret(searchParams.get('X-Amz-Signature')!);
    for (const path of [PATH, '/auditforge/engagement/eng-1', '/nowhere']) {
      expect([404, 422]).toContain((await ask(path + search)).status);
      expect([401, 404]).toContain((await ask(path + search, [])).status);
    }
    expectPlainLines();
  });
});
