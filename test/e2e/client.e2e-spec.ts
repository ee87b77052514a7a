import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AuditForgeProblem,
  createAuditForgeClient,
  NetworkFailure,
  type AuditForgeClient,
  type AuditLogFormat,
} from '../../frontend/src/api/auditforge.js';
import { sha256Of } from '../faults/log/reference-log.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { asJsonArray, events } from '../support/events.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { sessionToken } from '../support/session-tokens.js';

const LOG = events(40);

let store: EmbeddedStore;
let service: Service;
let client: AuditForgeClient;
beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, versioned: true });
  await service.seed('eng-1', { '1.jsonl': events(20), '2.jsonl': events(20, 20) });
  await service.seed('eng-empty', {});
  client = clientOf(['eng-1', 'eng-empty', 'eng-gone']);
});
afterAll(async () => {
  await service.close();
  await store.close();
});

/** As another front end has it: of another origin, with fresh tokens. */
function clientOf(engagements: string[]): AuditForgeClient {
  return createAuditForgeClient({ baseUrl: service.url, token: () => sessionToken(engagements) });
}

async function problemOf(call: Promise<unknown>): Promise<AuditForgeProblem> {
  const error: unknown = await call.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  if (error instanceof AuditForgeProblem) return error;
  throw error;
}

// The client's types are made from the routes; that both mean the same, the service itself shows.
describe('the typed client', () => {
  it.each<[AuditLogFormat, string]>([
    ['jsonl', LOG],
    ['json', asJsonArray(LOG)],
  ])('fetches a link to the log as %s, which is the log', async (format, expected) => {
    const link = await client.getAuditLogSignedUrl('eng-1', format, 300);
    expect(link).toMatchObject({
      engagement_id: 'eng-1',
      format,
      size_bytes: Buffer.byteLength(expected),
      shard_count: 2,
      event_count: 40,
      expires_in: 300,
      s3_bucket: service.bucket,
      empty: false,
    });
    const { body } = await send(link.signed_url!);
    expect([body.toString(), sha256Of(body)]).toEqual([expected, link.sha256]);
  });

  it('tells a log without an event', async () => {
    expect(await client.getAuditLogSignedUrl('eng-empty')).toMatchObject({
      signed_url: null,
      expires_at: null,
      empty: true,
    });
  });

  it('reads an engagement, and where its log is streamed from', async () => {
    expect(await client.getEngagement('eng-1')).toMatchObject({ id: 'eng-1', name: 'Engagement eng-1' });
    await client.checkAuditLog('eng-1');
    const authorization = `Bearer ${await sessionToken(['eng-1'])}`;
    const { body } = await send(client.auditLogUrl('eng-1', 'json'), { headers: { authorization } });
    expect(body.toString()).toBe(asJsonArray(LOG));
  });

  it('says who is signed in', async () => {
    expect(await client.getSession()).toMatchObject({
      subject: 'reviewer@example.com',
      engagements: ['eng-1', 'eng-empty', 'eng-gone'],
    });
  });

  it('rejects with the problem that the service names', async () => {
    expect(await problemOf(client.getEngagement('eng-2'))).toMatchObject({
      status: 403,
      code: 'engagement_out_of_scope',
      requestId: expect.any(String),
    });
    expect(await problemOf(client.getAuditLogSignedUrl('eng-gone'))).toMatchObject({
      status: 404,
      code: 'engagement_not_found',
    });
    expect(await problemOf(client.getAuditLogSignedUrl('eng-1', 'jsonl', 10))).toMatchObject({
      status: 422,
      code: 'invalid_parameters',
      parameters: [{ parameter: 'expires_in', detail: expect.any(String) }],
    });
    // HEAD has no body, and so no code.
    expect(await problemOf(client.checkAuditLog('eng-2'))).toMatchObject({ status: 403, code: null });
  });

  it('tells that the session has ended', async () => {
    let ended = 0;
    const late = createAuditForgeClient({
      baseUrl: service.url,
      token: () => sessionToken(['eng-1'], { exp: 1 }),
      onUnauthenticated: () => (ended += 1),
    });
    expect(await problemOf(late.getEngagement('eng-1'))).toMatchObject({ code: 'authentication_required' });
    expect(ended).toBe(1);
  });

  it('ends with its signal, and tells a service that is not there', async () => {
    const signal = AbortSignal.abort();
    await expect(client.getAuditLogSignedUrl('eng-1', 'jsonl', 300, { signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const nowhere = createAuditForgeClient({ baseUrl: 'http://127.0.0.1:1', token: 'any' });
    await expect(nowhere.getEngagement('eng-1')).rejects.toBeInstanceOf(NetworkFailure);
  });
});
