import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { sendRaw } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';

describe('HTTP/1.0', () => {
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

  /** Status and body. */
  async function ask(query: string): Promise<[status: string, body: string]> {
    const path = `/auditforge/engagement/eng-1/audit-log${query}`;
    const answer = await sendRaw(
      service.url,
      `GET ${path} HTTP/1.0\r\nx-admin-token: ${ADMIN_TOKEN}\r\n\r\n`,
    );
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    return [head.split(' ')[1]!, body];
  }

  it('failures 29: is refused a stream, with a problem body', async () => {
    const [status, body] = await ask('');
    expect(status).toBe('505');
    expect(JSON.parse(body)).toMatchObject({ code: 'http_version_not_supported', status: 505 });
  });

  it('failures 29: is served a signed_url, whose body ends where its length says', async () => {
    const [status, body] = await ask('?delivery=signed_url');
    expect(status).toBe('200');
    const { signed_url } = JSON.parse(body) as SignedUrlResponse;
    expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
  });
});
