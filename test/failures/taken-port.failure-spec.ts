import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { ServiceProcess } from '../support/service-process.js';

let store: EmbeddedStore;
let taken: Server;
beforeAll(async () => {
  store = await openEmbeddedStore();
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
});
afterAll(async () => {
  taken.close();
  await store.close();
});

describe('a service whose port is taken', () => {
  it('ends, though it has begun to look for its Redis', async () => {
    const { port } = taken.address() as AddressInfo;
    const starting = ServiceProcess.start({
      store,
      bucket: await store.makeBucket(),
      // Nothing answers there, so that it would try again for ever.
      environment: { PORT: String(port), AUDITFORGE_REDIS_URL: 'redis://127.0.0.1:1' },
    });
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining(`Port ${port} is taken: set PORT to a free one.`),
      cause: new Error('it has ended'),
    });
  });
});
