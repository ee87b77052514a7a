import {
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../embedded-store.js';
import { until } from '../until.js';
import type { Fault } from './fault.js';
import { FaultProxy } from './fault-proxy.js';

const BODY = 'The quick brown fox jumps over the lazy dog.';

describe('the fault proxy', () => {
  let store: EmbeddedStore;
  let proxy: FaultProxy;
  let client: S3Client;
  let Bucket: string;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    proxy = await FaultProxy.start(store);
    client = new S3Client({ ...proxy.storeBehind.config, maxAttempts: 1 });
    Bucket = await store.makeBucket();
    await put('fox');
    proxy.reset();
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    client.destroy();
    await proxy.close();
    await store.close();
  });

  function put(Key: string): Promise<unknown> {
    return client.send(new PutObjectCommand({ Bucket, Key, Body: BODY }));
  }

  async function get(init: RequestInit = {}): Promise<Response> {
    return fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'fox' })), init);
  }

  /** What comes of the body, and whether it ends as if it were whole. */
  async function received(fault: Fault): Promise<{ text: string; whole: boolean }> {
    proxy.script = () => fault;
    const body = (await get()).body!;
    let text = '';
    try {
      for await (const bytes of body) text += Buffer.from(bytes).toString();
      return { text, whole: true };
    } catch {
      return { text, whole: false };
    }
  }

  /** Whether the store has the object, whatever was answered. */
  async function has(Key: string): Promise<boolean> {
    proxy.reset();
    const there = await client.send(new GetObjectCommand({ Bucket, Key })).then(
      () => true,
      () => false,
    );
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    return there;
  }

  it('hands everything on where its script says nothing, and remembers it', async () => {
    const answer = await get({ headers: { range: 'bytes=4-8' } });
    expect([answer.status, await answer.text()]).toEqual([206, 'quick']);
    expect(proxy.requests).toMatchObject([
      { number: 0, operation: 'GetObject', bucket: Bucket, key: 'fox', headers: { range: 'bytes=4-8' } },
    ]);
    expect(proxy.applied).toEqual([]);
    await until(() => proxy.active === 0);
  });

  it.each([false, true])('answers with a status, with the request done: %s', async (done) => {
    proxy.script = () => ({ kind: 'status', status: 503, headers: { 'retry-after': '7' }, done });
    await expect(put('new')).rejects.toMatchObject({
      name: 'SlowDown',
      $response: { statusCode: 503, headers: { 'retry-after': '7' } },
    });
    expect(proxy.applied).toHaveLength(1);
    expect(await has('new')).toBe(done);
  });

  it('answers 200 with an error in the body', async () => {
    proxy.script = () => ({ kind: 'error body', code: 'InternalError' });
    const completion = { Bucket, Key: 'new', UploadId: 'none', MultipartUpload: { Parts: [] } };
    await expect(client.send(new CompleteMultipartUploadCommand(completion))).rejects.toMatchObject({
      name: 'InternalError',
    });
  });

  it('loses the answer to what the store has done', async () => {
    proxy.script = () => ({ kind: 'lost answer' });
    await expect(put('new')).rejects.toThrow(/ECONNRESET/);
    expect(await has('new')).toBe(true);
  });

  it('cuts a request in its body, which the store never sees', async () => {
    proxy.script = () => ({ kind: 'cut request', after: 10 });
    await expect(put('new')).rejects.toThrow(/ECONNRESET|EPIPE|hang up/);
    expect(await has('new')).toBe(false);
  });

  it.each(['reset', 'short'] as const)('cuts an answer: %s', async (kind) => {
    for (const after of [0, 1, BODY.length - 1]) {
      const { text, whole } = await received({ kind, after });
      // A reset may overtake bytes that were sent before it.
      expect(BODY.slice(0, after).startsWith(text)).toBe(true);
      if (kind === 'short') expect(text).toHaveLength(after);
      expect(whole).toBe(false);
    }
    expect(await received({ kind, after: BODY.length + 1 })).toEqual({ text: BODY, whole: true });
  });

  it('falls silent in the middle of an answer', async () => {
    proxy.script = () => ({ kind: 'stall', after: 9 });
    const leave = new AbortController();
    const body = (await get({ signal: leave.signal })).body!.getReader();
    expect(Buffer.from((await body.read()).value).toString()).toBe('The quick');
    const more = body.read();
    expect(proxy.active).toBe(1);
    leave.abort();
    await expect(more).rejects.toThrow();
    await until(() => proxy.active === 0);
  });

  it('flips a bit of one byte', async () => {
    const { text, whole } = await received({ kind: 'flip', at: BODY.length + 4 });
    expect([text, whole]).toEqual([BODY.replace('q', 'p'), true]);
  });

  it('flips a bit of one byte of what is sent, which the store notices', async () => {
    proxy.script = () => ({ kind: 'flip request', at: 4 });
    await expect(put('flipped')).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(await has('flipped')).toBe(false);
  });

  it('ignores a range', async () => {
    proxy.script = () => ({ kind: 'ignored range' });
    const answer = await get({ headers: { range: 'bytes=4-8' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([200, null]);
    expect(await answer.text()).toBe(BODY);
  });

  it("puts other headers on the store's answer", async () => {
    proxy.script = () => ({ kind: 'headers', headers: { etag: '"other"' } });
    const answer = await get();
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"other"']);
    expect(await answer.text()).toBe(BODY);
  });

  it('lets a request wait', async () => {
    const before = store.requests.length;
    proxy.script = () => ({ kind: 'delay', ms: 100 });
    const answer = get();
    await until(() => proxy.active === 1);
    expect(store.requests).toHaveLength(before);
    expect(await (await answer).text()).toBe(BODY);
  });

  it('sends an answer bit by bit', async () => {
    proxy.script = () => ({ kind: 'slow', bytes: 10, everyMs: 20 });
    const pieces: string[] = [];
    for await (const bytes of (await get()).body!) pieces.push(Buffer.from(bytes).toString());
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(BODY);
  });

  it('holds a request back until its script has decided', async () => {
    const decided = Promise.withResolvers<Fault>();
    proxy.script = () => decided.promise;
    const answer = get();
    await until(() => proxy.active === 1);
    decided.resolve({ kind: 'status', status: 404, code: 'NoSuchKey' });
    expect((await answer).status).toBe(404);
  });
});
