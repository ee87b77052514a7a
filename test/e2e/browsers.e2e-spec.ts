import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { Service } from '../support/service.js';

const LOG = '/auditforge/engagement/eng-1/audit-log';
const PAGE = 'https://audit.example.com';

describe('what a browser is told', () => {
  let store: EmbeddedStore;
  let service: Service;
  let closed: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      environment: { HOST: '127.0.0.1', AUDITFORGE_CORS_ORIGINS: `${PAGE},https://other.example.com` },
    });
    closed = await Service.start({ store });
    await service.seed('eng-1', { '1.jsonl': event(1) });
  });
  afterAll(async () => {
    await closed.close();
    await service.close();
    await store.close();
  });

  const PATHS = [LOG, `${LOG}?format=csv`, '/auditforge/engagement/eng-none', '/nowhere', '/'];

  it.each(PATHS)('is a policy under which nothing runs or frames it, on every answer (%s)', async (path) => {
    const { headers } = await service.get(path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http:/);
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('is not to insist on TLS on loopback, and to insist elsewhere', async () => {
    const local = (await service.get(LOG)).headers;
    expect(local['strict-transport-security']).toBeUndefined();
    expect(local['content-security-policy']).not.toContain('upgrade-insecure-requests');
    const elsewhere = (await closed.get(LOG)).headers;
    expect(elsewhere['strict-transport-security']).toBe('max-age=31536000');
    expect(elsewhere['content-security-policy']).toContain('upgrade-insecure-requests');
  });

  it('is nothing of other origins where none is set', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const { headers } = await closed.get(LOG, { origin: PAGE }, method);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('is that a page of a set origin may read, without cookies', async () => {
    const { status, headers } = await service.get(LOG, { origin: PAGE });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(PAGE);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers['access-control-expose-headers']).toContain('Content-Disposition');
    expect(headers['vary']).toContain('Origin');
    const refused = await service.get(`${LOG}?format=csv`, { origin: PAGE });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([422, PAGE]);
  });

  it.each(['https://evil.example.com', 'null', `${PAGE}.evil.example`, 'http://audit.example.com'])(
    'is nothing for a page of %s',
    async (origin) => {
      const preflight = { origin, 'access-control-request-method': 'GET' };
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await service.get(LOG, preflight, method);
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
    },
  );

  it('is what a page may ask for before it does', async () => {
    const { status, headers } = await service.get(
      LOG,
      {
        origin: PAGE,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
      'OPTIONS',
    );
    expect([status, headers['access-control-allow-origin']]).toEqual([204, PAGE]);
    expect(headers['access-control-allow-methods']).toBe('GET,HEAD,POST,DELETE');
    expect(headers['access-control-allow-headers']).toContain('Authorization');
  });
});
