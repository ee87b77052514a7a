import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { asJsonArray, events } from '../../support/events.js';
import { sendRaw } from '../../support/http-client.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import type { Bench } from './bench.js';

export function describeStream(bench: Bench): void {
  describe('delivery=stream', () => {
    const log = events(300, 0, 1000);
    beforeAll(async () => {
      await bench.service.seed('eng-stream', {
        '1.jsonl': log.slice(0, log.indexOf('\n', 100_000) + 1),
        '2.jsonl': log.slice(log.indexOf('\n', 100_000) + 1),
      });
    });

    it('streams JSON lines as an attachment named after engagement and time', async () => {
      const answer = await bench.service.log('eng-stream');
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(log);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/x-ndjson',
        'content-disposition': expect.stringMatching(
          /^attachment; filename="eng-stream-\d{8}T\d{6}Z\.jsonl"$/,
        ),
        'accept-ranges': 'none',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'transfer-encoding': 'chunked',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
        vary: 'Accept-Encoding',
      });
    });

    it('streams one JSON array, not as an attachment', async () => {
      const answer = await bench.service.log('eng-stream', 'format=json');
      expect(answer.body.toString()).toBe(asJsonArray(log));
      expect(answer.headers['content-type']).toMatch(/^application\/json\b/);
      expect(answer.headers['content-disposition']).toBeUndefined();
    });

    it('gives digest and counts as trailers to who asks for them', async () => {
      const answer = await bench.service.log('eng-stream', '', { te: 'trailers' });
      expect(answer.headers.trailer).toBe('Repr-Digest, AuditForge-Event-Count, AuditForge-Shard-Count');
      expect(answer.trailers).toEqual({
        'repr-digest': `sha-256=:${createHash('sha256').update(log).digest('base64')}:`,
        'auditforge-event-count': '300',
        'auditforge-shard-count': '2',
      });
    });

    it('gives no trailers unasked', async () => {
      const answer = await bench.service.log('eng-stream');
      expect(answer.headers.trailer).toBeUndefined();
      expect(answer.trailers).toEqual({});
    });

    it.each(['gzip', 'gzip, deflate, br', '*', 'gzip;q=0.5, deflate;q=1'])(
      'compresses for Accept-Encoding: %s',
      async (accepted) => {
        const answer = await bench.service.log('eng-stream', '', { 'accept-encoding': accepted });
        expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
        expect(answer.body.length).toBeLessThan(log.length);
        expect(gunzipSync(answer.body).toString()).toBe(log);
      },
    );

    it.each(['identity', 'br', 'gzip;q=0', 'gzip;q=0.1, identity'])(
      'does not compress for Accept-Encoding: %s',
      async (accepted) => {
        const answer = await bench.service.log('eng-stream', '', { 'accept-encoding': accepted });
        expect(answer.headers['content-encoding']).toBeUndefined();
        expect(answer.body.toString()).toBe(log);
      },
    );

    it('leaves the digest out of the trailers of a compressed log', async () => {
      const answer = await bench.service.log('eng-stream', '', { 'accept-encoding': 'gzip', te: 'trailers' });
      expect(answer.trailers).toEqual({ 'auditforge-event-count': '300', 'auditforge-shard-count': '2' });
    });

    it('failures 29: refuses HTTP/1.0, over which a cut cannot be seen', async () => {
      const path = '/auditforge/engagement/eng-stream/audit-log';
      const answer = await sendRaw(
        bench.service.url,
        `GET ${path} HTTP/1.0\r\nx-admin-token: ${ADMIN_TOKEN}\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 505 /);
      expect(answer).toContain('"code":"http_version_not_supported"');
      expect(answer).not.toContain('llm_call');
    });

    it('answers HEAD with the headers of GET and without a Content-Length', async () => {
      const answer = await bench.service.get('/auditforge/engagement/eng-stream/audit-log', {}, 'HEAD');
      expect(answer.status).toBe(200);
      expect(answer.body).toHaveLength(0);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/x-ndjson',
        'content-disposition': expect.stringMatching(/^attachment; filename="eng-stream-/),
        'accept-ranges': 'none',
      });
      expect(answer.headers['content-length']).toBeUndefined();
    });

    it.each([
      ['jsonl', ''],
      ['json', '[]\n'],
    ])('streams an empty log in %s as %j', async (format, body) => {
      await bench.service.putEngagement('eng-stream-empty');
      const answer = await bench.service.log('eng-stream-empty', `format=${format}`);
      expect(answer.status).toBe(200);
      expect(answer.cut).toBe(false);
      expect(answer.body.toString()).toBe(body);
    });
  });
}
