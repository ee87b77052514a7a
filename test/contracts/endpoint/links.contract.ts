import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import type { Bench } from './bench.js';

export function describeLinks(bench: Bench): void {
  describe('a link', () => {
    let service: Service;
    let link: SignedUrlResponse & { signed_url: string; s3_key: string };
    beforeAll(async () => {
      service = await Service.start({ store: bench.store, versioned: bench.store.capabilities.versioning });
      await service.seed('eng-link', { '1.jsonl': event(1) });
      link = (await service.log('eng-link', 'delivery=signed_url&expires_in=60')).json();
    });
    afterAll(() => service.close());

    it('failures 33: is refused with any part of it changed', async () => {
      const changed = [...link.signed_url.matchAll(/[A-Za-z0-9]/g)]
        .map(({ index }) => index)
        .filter((index) => index > link.signed_url.indexOf(service.bucket))
        .filter((index, at) => at % 7 === 0 || index > link.signed_url.indexOf('X-Amz-Signature='))
        // A name that S3 does not know of is no part of what it checks.
        .filter((index) => index < link.signed_url.indexOf('&x-id') || !link.signed_url.includes('&x-id'));
      expect(changed.length).toBeGreaterThan(50);
      for (const index of changed) {
        const other = link.signed_url[index] === 'a' ? 'b' : 'a';
        const tampered = link.signed_url.slice(0, index) + other + link.signed_url.slice(index + 1);
        const answer = await fetch(tampered);
        const body = await answer.text();
        if (answer.status < 400 || body.includes('llm_call'))
          throw new Error(`The store honoured ${tampered}`);
      }
    });

    it.each(['PUT', 'DELETE', 'HEAD', 'POST'])('failures 33: is refused for %s', async (method) => {
      const answer = await fetch(link.signed_url, { method, ...(method === 'PUT' ? { body: 'x' } : {}) });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      await answer.arrayBuffer();
      expect((await service.read(link.s3_key)).body.toString()).toBe(`${event(1)}\n`);
    });

    it('failures 33: is refused for another key', async () => {
      await service.put('auditforge/exports/other.jsonl', 'secret');
      const name = link.s3_key.split('/').at(-1)!;
      const answer = await fetch(link.signed_url.replace(name, 'other.jsonl'));
      expect(answer.status).toBe(403);
      expect(await answer.text()).not.toContain('secret');
    });

    it('failures 33: is refused after its end', async () => {
      const past = { now: () => new Date(Date.now() - 61_000) };
      const late = await service.signedAt(
        past.now(),
        { key: link.s3_key, versionId: link.s3_version_id },
        60,
      );
      const answer = await fetch(late);
      expect(answer.status).toBe(403);
      expect(await answer.text()).not.toContain('llm_call');
    });

    it('failures 35: gives the bytes of its own export after the key was written again', async () => {
      if (!bench.store.capabilities.versioning) {
        expect(link.s3_version_id).toBeNull();
        return;
      }
      expect(link.s3_version_id).toEqual(expect.any(String));
      await service.put(link.s3_key, 'written over');
      expect(await (await fetch(link.signed_url)).text()).toBe(`${event(1)}\n`);
    });

    it('is signed for the public endpoint, where one is set', async () => {
      const publicEndpoint = bench.store.config.endpoint.replace('127.0.0.1', 'localhost');
      const other = await Service.start({
        store: bench.store,
        environment: { AUDITFORGE_S3_PUBLIC_ENDPOINT: publicEndpoint },
      });
      await other.seed('eng-public', { '1.jsonl': event(1) });
      const { signed_url } = (await other.log('eng-public', 'delivery=signed_url')).json<SignedUrlResponse>();
      expect(signed_url).toMatch(`${publicEndpoint}/`);
      expect(await (await fetch(signed_url!)).text()).toBe(`${event(1)}\n`);
      await other.close();
    });
  });
}
