import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { event, events } from '../../support/events.js';
import type { Bench } from './bench.js';

export function describeFailures(bench: Bench): void {
  describe('a log that cannot be whole', () => {
    it.each<[string, string | Buffer, number | undefined]>([
      ['a torn last line', `${event(1)}\n${event(2).slice(0, -5)}`, 2],
      ['a torn line in the middle', `\n${event(1)}\n${event(2).slice(0, 40)}\n${event(3)}\n`, 3],
      ['binary rubbish', Buffer.from([0, 1, 2, 3, 255, 254, 10, 0]), 1],
      ['a JSON array instead of lines', `[${event(1)},\n${event(2)}]\n`, 1],
      ['a cut gzip', gzipSync(events(50)).subarray(0, -9), undefined],
    ])('failures 10: with %s is 502, named in the log alone', async (name, body, line) => {
      const id = `eng-10-${name.replaceAll(' ', '-')}`;
      const shard = Buffer.isBuffer(body) && body[0] === 0x1f ? '1.jsonl.gz' : '1.jsonl';
      await bench.service.seed(id, { [shard]: body });
      for (const query of ['', 'format=json', 'delivery=signed_url']) {
        const from = bench.service.logs.length;
        const answer = await bench.service.log(id, query);
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'corrupt_shard']);
        expect(answer.body.toString()).not.toContain(shard);
        const lines = bench.service.logs.slice(from).map((entry) => JSON.stringify(entry));
        const named = lines.filter((entry) => entry.includes(`auditforge/audit/${id}/${shard}`));
        expect(named.length).toBeGreaterThan(0);
        if (line !== undefined) expect(named[0]).toContain(`"line":${line}`);
      }
      expect(await bench.service.exportsOf(id)).toEqual([]);
    });

    it.each(['', 'format=json'])('is cut by a reset after the first byte (%s)', async (query) => {
      await bench.service.seed('eng-late', {
        '1.jsonl': events(500, 0, 4000),
        '2.jsonl': events(500, 500, 4000),
        '3.jsonl': 'rubbish',
      });
      const answer = await bench.service.log('eng-late', query);
      expect(answer.status).toBe(200);
      expect(answer.cut).toBe(true);
      const failures = bench.service.logged('auditforge_audit_log_stream_failed');
      expect(failures.at(-1)).toMatchObject({ engagement_id: 'eng-late', code: 'corrupt_shard' });
    });

    it('leaves no object and no upload behind, however late it fails', async () => {
      const many = Array.from({ length: 6 }, (_, at) => [`${at}.jsonl`, events(500, at, 9_000)]);
      await bench.service.seed('eng-23', { ...Object.fromEntries(many), '9.jsonl': `${event(1)}\nrubbish` });
      const answer = await bench.service.log('eng-23', 'delivery=signed_url', {
        'x-request-id': 'late-failure',
      });
      expect(answer.status).toBe(502);
      expect(await bench.service.exportsOf('eng-23')).toEqual([]);
      expect(await bench.service.openUploads()).toBe(0);
      expect(bench.service.logged('auditforge_audit_log_signed_url_failed').at(-1)).toMatchObject({
        request_id: 'late-failure',
        engagement_id: 'eng-23',
        code: 'corrupt_shard',
        cause: { context: { shard: 'auditforge/audit/eng-23/9.jsonl', line: 2 } },
      });
    });
  });
}
