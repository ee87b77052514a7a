import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { sendRaw } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';

describe('a stream', () => {
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

  it.each(['', ' HTTP/0.9', ' HTTP/1.0', ' HTTP/2.0'])(
    'failures 29: never goes to a request line that ends with %j, over which a cut cannot be seen',
    async (version) => {
      const path = '/auditforge/engagement/eng-1/audit-log';
      const answer = await sendRaw(
        service.url,
        `GET ${path}${version}\r\nHost: x\r\nx-admin-token: ${ADMIN_TOKEN}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 505 /);
      expect(answer).toContain('"code":"http_version_not_supported"');
      expect(answer).not.toContain('llm_call');
    },
  );
});
