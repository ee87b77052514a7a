import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { Service } from '../support/service.js';

describe('smoke', () => {
  let store: EmbeddedStore;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({ store });
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });
  it('streams', async () => {
    await service.seed('eng-1', { 'a.jsonl': '{"a":1}\n{"b":2}\n', 'b.jsonl': '{"c":3}' });
    const answer = await service.log('eng-1', '', { te: 'trailers' });
    console.log(answer.status, answer.headers, answer.trailers, answer.body.toString(), service.logs);
    const j = await service.log('eng-1', 'format=json');
    console.log(j.status, j.headers, j.body.toString());
    const s = await service.log('eng-1', 'delivery=signed_url');
    console.log(s.status, s.headers, s.body.toString());
    const link = JSON.parse(s.body.toString()).signed_url;
    const f = await fetch(link);
    console.log(f.status, f.headers, await f.text());
    console.log((await service.log('eng-1', 'x=1&format=csv')).body.toString());
    console.log((await service.get('/x')).body.toString());
    console.log((await service.get('/auditforge/engagement/%zz/audit-log')).body.toString());
    console.log((await service.get('/auditforge/engagement/eng-1/audit-log', {}, 'POST')).headers);
    console.log((await service.get('/auditforge/engagement/eng-1/audit-log', {}, 'HEAD')).headers);
    console.log((await service.get('/auditforge/engagement/eng-1')).body.toString());
    expect(answer.status).toBe(200);
    console.log(
      service.logs,
      store.requests.map((r) => r.operation),
    );
  });
});
