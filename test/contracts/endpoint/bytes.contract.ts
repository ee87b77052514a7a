import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { LOG_FORMATS } from '../../../src/audit-forge/encoders/formats.js';
import { asJsonArray, event, events } from '../../support/events.js';
import type { Bench } from './bench.js';

type Shards = Record<string, string | Buffer>;

export function describeBytes(bench: Bench): void {
  /** Both deliveries in both formats, held against the bytes that are right. */
  async function expectLog(engagement: string, jsonl: string, formats = LOG_FORMATS): Promise<void> {
    for (const format of formats) {
      const expected = format === 'jsonl' ? jsonl : asJsonArray(jsonl);
      const digest = createHash('sha256').update(expected).digest('hex');
      const streamed = await bench.service.log(engagement, `format=${format}`);
      expect([streamed.status, streamed.cut]).toEqual([200, false]);
      expect(createHash('sha256').update(streamed.body).digest('hex')).toBe(digest);
      const signed = await bench.service.log(engagement, `format=${format}&delivery=signed_url`);
      const { signed_url, sha256, size_bytes } = signed.json<SignedUrlResponse>();
      const downloaded = Buffer.from(await (await fetch(signed_url!)).arrayBuffer());
      expect(createHash('sha256').update(downloaded).digest('hex')).toBe(digest);
      expect([sha256, size_bytes]).toEqual([digest, Buffer.byteLength(expected)]);
    }
  }

  const numbered = (at: number) => `${String(at).padStart(5, '0')}.jsonl`;

  describe('the bytes of a log', () => {
    it('failures 4: 1, 999, 1,000, 1,001 and 2,500 shards come whole and in order', async () => {
      let seeded = 0;
      for (const count of [1, 999, 1000, 1001, 2500]) {
        const added = Array.from({ length: count - seeded }, (_, at) => seeded + at);
        await bench.service.seed(
          'eng-4',
          Object.fromEntries(added.map((at) => [numbered(at), `{"n":${at}}`])),
        );
        seeded = count;
        const right = Array.from({ length: count }, (_, at) => `{"n":${at}}\n`).join('');
        const answer = await bench.service.log('eng-4', '', { te: 'trailers' });
        expect(answer.cut).toBe(false);
        expect(answer.body.toString()).toBe(right);
        expect(answer.trailers['auditforge-shard-count']).toBe(String(count));
      }
    });

    it('failures 5: shards come in byte order of their keys, whatever is in them', async () => {
      const names = [
        'part-10.jsonl',
        'part-2.jsonl',
        'a b.jsonl',
        'a+b.jsonl',
        'a%20b.jsonl',
        'a%b.jsonl',
        'é.jsonl',
        'e\u0301.jsonl',
        '🎯.jsonl',
        '\uffee.jsonl',
        'sub/folder.jsonl',
        'quote\'"&<>.jsonl',
        `${'x'.repeat(900)}.jsonl`,
      ];
      await bench.service.seed('eng-keys', Object.fromEntries(names.map((name, at) => [name, event(at)])));
      const inOrder = names
        .map((name, at) => ({ name: Buffer.from(name), at }))
        .toSorted((a, b) => Buffer.compare(a.name, b.name));
      await expectLog('eng-keys', inOrder.map(({ at }) => `${event(at)}\n`).join(''));
    });

    it('failures 6: engagements whose ids begin alike do not see each other', async () => {
      const ids = ['eng-6', 'eng-62', 'eng-6-20260508T132000Z'];
      for (const [at, id] of ids.entries()) await bench.service.seed(id, { '1.jsonl': event(at) });
      for (const [at, id] of ids.entries()) await expectLog(id, `${event(at)}\n`);
    });

    const odd: Array<[string, string]> = [
      ['no final newline', event(7)],
      ['CRLF', `${event(7)}\r\n${event(8)}\r\n`],
      ['a BOM', `\ufeff${event(7)}\n`],
      ['blank lines', `\n${event(7)}\n \t\n\r\n${event(8)}\n\n`],
      ['spaces around', `  ${event(7)}\t \n`],
    ];
    const rightBytes: Record<string, string> = {
      'no final newline': `${event(7)}\n`,
      CRLF: `${event(7)}\n${event(8)}\n`,
      'a BOM': `${event(7)}\n`,
      'blank lines': `${event(7)}\n${event(8)}\n`,
      'spaces around': `  ${event(7)}\t \n`,
    };
    it.each(odd)('failures 8: %s in the first, a middle and the last shard', async (name, odds) => {
      for (const [place, shards] of [
        ['first', [odds, event(1), event(2)]],
        ['middle', [event(1), odds, event(2)]],
        ['last', [event(1), event(2), odds]],
      ] as const) {
        const id = `eng-8-${name.replaceAll(' ', '-')}-${place}`;
        await bench.service.seed(id, Object.fromEntries(shards.map((body, at) => [`${at}.jsonl`, body])));
        const right = shards.map((body) => (body === odds ? rightBytes[name] : `${body}\n`)).join('');
        await expectLog(id, right);
      }
    });

    it('failures 9: one event of 64 MiB, cut by every read boundary, between small ones', async () => {
      const large = event(1, 64 * 1024 * 1024);
      await bench.service.seed('eng-9', {
        '1.jsonl': event(0),
        '2.jsonl': `${large}\n${event(2)}`,
        '3.jsonl': event(3),
      });
      const right = `${event(0)}\n${large}\n${event(2)}\n${event(3)}\n`;
      const streamed = await bench.service.log('eng-9', 'format=json');
      expect(streamed.body.equals(Buffer.from(asJsonArray(right)))).toBe(true);
      const signed = (await bench.service.log('eng-9', 'delivery=signed_url')).json<SignedUrlResponse>();
      const downloaded = Buffer.from(await (await fetch(signed.signed_url!)).arrayBuffer());
      expect(downloaded.equals(Buffer.from(right))).toBe(true);
    });

    it('failures 9: a multi-byte character across every range of a shard', async () => {
      // 3 bytes a character, so that each of the power-of-two ranges cuts one.
      const large = JSON.stringify({ text: '✓'.repeat(3 * 1024 * 1024) });
      await bench.service.seed('eng-9b', { '1.jsonl': `${large}\n` });
      await expectLog('eng-9b', `${large}\n`);
    });

    it('compressed shards give the log that plain ones give', async () => {
      const [a, b, c, d] = [events(20), events(20, 20), events(20, 40), events(20, 60)] as const;
      const shards: Shards = {
        '1.jsonl.gz': Buffer.concat([gzipSync(a.slice(0, 777)), gzipSync(a.slice(777))]),
        '2.jsonl.zst': Buffer.concat([zstdCompressSync(b.slice(0, 777)), zstdCompressSync(b.slice(777))]),
        '3.jsonl': c,
      };
      await bench.service.seed('eng-packed', shards);
      await bench.service.putShard('eng-packed', '4.jsonl', gzipSync(d), { ContentEncoding: 'gzip' });
      await expectLog('eng-packed', a + b + c + d);
    });

    it('a log of many parts is one object of the same bytes', async () => {
      const shards = Object.fromEntries(
        Array.from({ length: 30 }, (_, at) => [numbered(at), events(100, at * 100, 9_000)]),
      );
      await bench.service.seed('eng-parts', shards);
      await expectLog('eng-parts', Object.values(shards).join(''));
      expect(await bench.service.openUploads()).toBe(0);
    });

    it('an object that is no shard is left out and named in the log', async () => {
      await bench.service.seed('eng-other', {
        'a.jsonl': event(1),
        'b.json': '[]',
        'c.txt': 'x',
        'D.JSONL': event(2),
      });
      await expectLog('eng-other', `${event(1)}\n`);
      const named = bench.service
        .logged('auditforge_audit_log_unrecognised_object')
        .filter(({ engagement_id }) => engagement_id === 'eng-other')
        .map(({ key }) => String(key).split('/').at(-1));
      expect(new Set(named)).toEqual(new Set(['D.JSONL', 'b.json', 'c.txt']));
    });
  });
}
