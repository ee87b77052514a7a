import { describe, expect, it, vi } from 'vitest';
import { answer, engagement } from '../testing/client.js';
import { createAuditForgeClient, type AuditForgeClientOptions } from './client.js';
import { AuditForgeProblem, NetworkFailure, UnexpectedAnswer } from './errors.js';

function clientOf(response: Response | Error, options: AuditForgeClientOptions = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => {
    if (response instanceof Response) return response;
    throw response;
  });
  return { client: createAuditForgeClient({ fetch, ...options }), fetch };
}

const problem = (status: number, body: object | null, headers: Record<string, string> = {}) =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers });

describe('the client', () => {
  it('asks for a link of JSON lines for ten minutes by the cookie of the page', async () => {
    const link = answer();
    const { client, fetch } = clientOf(Response.json(link));
    const { signal } = new AbortController();
    expect(await client.getAuditLogSignedUrl('eng-abc123', undefined, undefined, { signal })).toEqual(link);
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe(
      '/auditforge/engagement/eng-abc123/audit-log?format=jsonl&delivery=signed_url&expires_in=600',
    );
    expect(init).toMatchObject({ method: 'GET', credentials: 'same-origin', signal });
    expect((init!.headers as Headers).has('authorization')).toBe(false);
  });

  it.each<[string, AuditForgeClientOptions['token']]>([
    ['a token', 'abc'],
    ['what gives one', async () => 'abc'],
  ])('sends %s in place of the cookie', async (_, token) => {
    const { client, fetch } = clientOf(Response.json(engagement), { token, baseUrl: 'https://af.example/' });
    await client.getEngagement('eng-abc123');
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe('https://af.example/auditforge/engagement/eng-abc123');
    expect(init!.credentials).toBe('omit');
    expect((init!.headers as Headers).get('authorization')).toBe('Bearer abc');
    expect(client.credential).toBe('token');
  });

  it('exchanges a token without a body, asks for the session, and ends it', async () => {
    const { client, fetch } = clientOf(new Response(null, { status: 204 }));
    await client.signIn('abc');
    await client.signOut();
    expect(fetch.mock.calls.map(([url, init]) => [init!.method, url])).toEqual([
      ['POST', '/auditforge/session'],
      ['DELETE', '/auditforge/session'],
    ]);
    expect((fetch.mock.calls[0]![1]!.headers as Headers).get('authorization')).toBe('Bearer abc');
    expect(fetch.mock.calls[0]![1]!.body).toBeUndefined();
  });

  it('turns a problem into a typed error', async () => {
    const body = {
      status: 422,
      code: 'invalid_parameters',
      detail: 'What is wrong.',
      request_id: 'req-1',
      errors: [{ parameter: 'format', detail: 'must be …' }, null, 3],
    };
    const { client } = clientOf(problem(422, body, { 'retry-after': '7' }));
    const error = await client.getEngagement('eng-abc123').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuditForgeProblem);
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_parameters',
      detail: 'What is wrong.',
      requestId: 'req-1',
      retryAfterSeconds: 7,
      parameters: [{ parameter: 'format', detail: 'must be …' }],
    });
  });

  it.each([
    ['no body', problem(503, null, { 'x-request-id': 'req-2', 'retry-after': '3' })],
    [
      'the page of a proxy',
      new Response('<h1>Bad</h1>', { status: 503, headers: { 'x-request-id': 'req-2' } }),
    ],
  ])('makes the best of an error with %s', async (_, response) => {
    const { client } = clientOf(response);
    await expect(client.checkAuditLog('eng-abc123')).rejects.toMatchObject({
      name: 'AuditForgeProblem',
      status: 503,
      code: null,
      requestId: 'req-2',
    });
  });

  it('reads a date of Retry-After', async () => {
    vi.useFakeTimers({ now: new Date('2026-05-08T11:20:00Z') });
    const { client } = clientOf(problem(429, {}, { 'retry-after': 'Fri, 08 May 2026 11:20:30 GMT' }));
    await expect(client.checkAuditLog('eng-abc123')).rejects.toMatchObject({ retryAfterSeconds: 30 });
  });

  it('has an error of its own for a network that fails, and leaves an abort what it is', async () => {
    await expect(clientOf(new TypeError('Failed')).client.getSession()).rejects.toThrow(NetworkFailure);
    const abort = new DOMException('Aborted.', 'AbortError');
    await expect(clientOf(abort).client.getSession()).rejects.toBe(abort);
  });

  it.each<[string, Response]>([
    ['not JSON', new Response('<html>')],
    ['not an object', Response.json(null)],
    ['without a field', Response.json({ ...answer(), size_bytes: undefined })],
    ['with a field of another kind', Response.json({ ...answer(), event_count: '7' })],
    ['about another engagement', Response.json({ ...answer(), engagement_id: 'eng-2' })],
    ['without a link', Response.json({ ...answer(), signed_url: null })],
    ['with a script for a link', Response.json({ ...answer(), signed_url: 'javascript:alert(1)' })],
    ['without an end', Response.json({ ...answer(), expires_at: null })],
  ])('refuses an answer that is %s', async (_, response) => {
    await expect(clientOf(response).client.getAuditLogSignedUrl('eng-abc123')).rejects.toThrow(
      UnexpectedAnswer,
    );
  });

  it('says when the session is no longer taken, but not of the session itself', async () => {
    const onUnauthenticated = vi.fn();
    const { client } = clientOf(problem(401, { code: 'authentication_required' }), { onUnauthenticated });
    await expect(client.signIn('abc')).rejects.toMatchObject({ status: 401 });
    await expect(client.getSession()).rejects.toMatchObject({ status: 401 });
    expect(onUnauthenticated).not.toHaveBeenCalled();
    await expect(client.checkAuditLog('eng-abc123')).rejects.toMatchObject({ status: 401 });
    expect(onUnauthenticated).toHaveBeenCalledTimes(1);
  });
});
