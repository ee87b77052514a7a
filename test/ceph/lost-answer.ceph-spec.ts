import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { DefaultS3ClientFactory, S3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';
import type { StoreUnderTest } from '../contracts/store-under-test.js';
import { events } from '../support/events.js';
import { Service } from '../support/service.js';
import { openCephStore } from './ceph-store.js';

/** Loses the answer to the first completion, after the store has done it. */
class LossyS3ClientFactory extends DefaultS3ClientFactory {
  completions = 0;

  override create(config: S3ClientConfig): S3Client {
    const client = super.create(config);
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === 'CompleteMultipartUploadCommand' && ++this.completions === 1) {
            throw Object.assign(new Error('the answer is lost'), { code: 'ECONNRESET' });
          }
          return result;
        },
      { step: 'initialize', name: 'loseAnswer' },
    );
    return client;
  }
}

let store: StoreUnderTest;
let service: Service;
const lossy = new LossyS3ClientFactory();
beforeAll(async () => {
  store = await openCephStore();
  const bindings = [{ provide: S3ClientFactory, useValue: lossy }];
  service = await Service.start({ store, versioned: true, bindings });
});
afterAll(async () => {
  await service.close();
  await store.close();
});

// Ceph answers a second completion of one upload with 200, but does not name the version again.
it('links to the version that a completion made whose answer was lost', async () => {
  const log = events(6_000, 0, 2_000);
  await service.seed('eng-lost', { '1.jsonl': log });
  const answer = (await service.log('eng-lost', 'delivery=signed_url')).json<SignedUrlResponse>();
  expect(lossy.completions).toBe(2);
  expect(answer.s3_version_id).toEqual(expect.any(String));
  await service.put(answer.s3_key!, 'written over');
  expect(await (await fetch(answer.signed_url!)).text()).toBe(log);
});
