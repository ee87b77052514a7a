import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newExportId } from '../../../src/audit-forge/records/export-id.js';
import { event, events } from '../../support/events.js';
import { startFaulty, type FaultyService } from '../../support/faults/faulty-service.js';
import type { Service } from '../../support/service.js';
import { exportsPath, history, look, post, ready, recordKey, type ExportAnswer } from './export-api.js';

let faulty: FaultyService;
let service: Service;

beforeAll(async () => {
  faulty = await startFaulty();
  ({ service } = faulty);
});
afterAll(() => faulty.close());

const page = (engagement: string, query: string) => service.get(exportsPath(engagement, query));
const idsOf = (exports: ExportAnswer[]) => exports.map(({ export_id }) => export_id);

/** Records as this service writes them, of exports that were asked for at these seconds. */
async function keep(engagement: string, seconds: number[]): Promise<string[]> {
  await service.seed(engagement, { '1.jsonl': event(1) });
  const made = await ready(service, engagement);
  const record = JSON.parse(
    (await service.read(recordKey(engagement, made.export_id))).body.toString(),
  ) as object;
  const ids = seconds.map((second) => newExportId(new Date(Date.UTC(2026, 4, 8) + second * 1000)));
  await Promise.all(
    ids.map((export_id) =>
      service.put(recordKey(engagement, export_id), JSON.stringify({ ...record, export_id })),
    ),
  );
  return [...ids, made.export_id].toSorted().toReversed();
}

describe('the pages of the history', () => {
  it.each([1, 7, 20, 100])('of %i hold every export once, newest first', async (limit) => {
    const engagement = `eng-pages-${limit}`;
    const ids = await keep(
      engagement,
      Array.from({ length: 40 }, (_, at) => Math.floor(at / 3)),
    );
    expect(idsOf(await history(service, engagement, limit))).toEqual(ids);
  });

  it('are of 20 unless something else is asked for, and the last says so', async () => {
    const ids = await keep(
      'eng-default',
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    );
    const whole = (await page('eng-default', '')).json<ExportAnswer>();
    expect([idsOf(whole.exports), whole.next_cursor]).toEqual([ids, null]);
    await keep('eng-default', [20]);
    const first = (await page('eng-default', '')).json<ExportAnswer>();
    expect(first.exports).toHaveLength(20);
    expect(first.next_cursor).toBe(first.exports.at(-1)!.export_id);
  });

  it('miss none and give none twice of those that were there, while others arrive', async () => {
    const before = await keep('eng-arrive', [1, 1, 1, 2, 3, 4, 5, 6, 7]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { exports, next_cursor } = (await page('eng-arrive', query)).json<ExportAnswer>();
      seen.push(...idsOf(exports));
      cursor = next_cursor;
      expect((await ready(service, 'eng-arrive')).state).toBe('ready');
      expect((await post(service, 'eng-arrive')).status).toBe(202);
    }
    expect(seen).toEqual(before);
    expect((await history(service, 'eng-arrive', 3)).length).toBe(before.length + 10);
  });

  it('are empty where there is no export', async () => {
    await service.seed('eng-none', {});
    expect((await page('eng-none', '')).json()).toEqual({ exports: [], next_cursor: null });
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=01'],
    ['limit', 'limit=1.0'],
    ['limit', 'limit='],
    ['limit', 'limit=1&limit=2'],
    ['cursor', 'cursor=newest'],
    ['cursor', 'cursor=20260508T132000Z-k3v7q2mzdA'],
    ['cursor', 'cursor=20260508T132000Z-k3v7q2mzda%0A'],
    ['cursor', 'cursor=20260508T132000Z-k3v7q2mzda/..'],
    ['before', 'before=20260508T132000Z-k3v7q2mzda'],
  ])('are refused for a bad %s: %s', async (parameter, query) => {
    await service.seed('eng-none', {});
    const answer = await page('eng-none', `?${query}`);
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([422, 'invalid_parameters']);
    expect(answer.json<{ errors: object[] }>().errors).toEqual([{ parameter, detail: expect.any(String) }]);
  });
});

describe('a record that is damaged', () => {
  it.each<[string, (record: Record<string, unknown>) => string]>([
    ['no JSON', () => '{"schema":'],
    ['of another engagement', (record) => JSON.stringify({ ...record, engagement_id: 'eng-12' })],
    ['of another id', (record) => JSON.stringify({ ...record, export_id: '20260508T132000Z-aaaaaaaaaa' })],
    ['without who asked', (record) => JSON.stringify({ ...record, requested_by: undefined })],
    ['with a size that is none', (record) => JSON.stringify({ ...record, size_bytes: -1 })],
    ['100 KB', (record) => JSON.stringify({ ...record, more: 'x'.repeat(100_000) })],
  ])('(%s) is in the page as what it is, and the others are beside it', async (what, damage) => {
    const engagement = `eng-${what.replaceAll(/\W/g, '-')}`;
    const [, ...ids] = await keep(engagement, [1, 2, 3]);
    const key = recordKey(engagement, ids[1]!);
    await service.put(
      key,
      damage(JSON.parse((await service.read(key)).body.toString()) as Record<string, unknown>),
    );
    const all = await history(service, engagement);
    expect(all.map(({ state }) => state)).toEqual(['ready', 'ready', 'failed', 'ready']);
    expect(all[2]).toEqual({
      export_id: ids[1],
      state: 'failed',
      format: null,
      requested_at: '2026-05-08T00:00:02.000Z',
      requested_by: null,
      reason: 'invalid_export_record',
    });
    expect(service.logged('auditforge_export_record_invalid').at(-1)).toMatchObject({
      engagement_id: engagement,
      export_id: ids[1],
    });
    const itself = await look(service, engagement, ids[1]!);
    expect([itself.status, itself.json<ExportAnswer>().code]).toEqual([502, 'invalid_export_record']);
  });

  it('under an id whose time is none is no record', async () => {
    await service.seed('eng-time', { '1.jsonl': events(1) });
    await service.put(recordKey('eng-time', '99999999T999999Z-aaaaaaaaaa'), 'x');
    expect(await history(service, 'eng-time')).toEqual([]);
  });

  it('of a failure whose reason is no code of ours tells nobody what it says', async () => {
    const [id] = await keep('eng-reason', []);
    const key = recordKey('eng-reason', id!);
    const record = JSON.parse((await service.read(key)).body.toString()) as object;
    const failed = {
      ...record,
      failed_at: '2026-05-08T13:20:00.000Z',
      reason: 'https://evil.example/?X-Amz-Signature=',
    };
    const other = newExportId(new Date());
    await service.put(
      recordKey('eng-reason', other, '.failed.json'),
      JSON.stringify({ ...failed, export_id: other }),
    );
    expect(JSON.stringify(await history(service, 'eng-reason'))).not.toContain('evil');
    expect((await look(service, 'eng-reason', other)).status).toBe(502);
  });
});

it('a store that does not answer for one record fails the page: it may be asked for again', async () => {
  const [id] = await keep('eng-away', [1, 2]);
  faulty.proxy.script = ({ operation, key }) =>
    operation === 'GetObject' && key === recordKey('eng-away', id!)
      ? { kind: 'status', status: 503 }
      : undefined;
  const answer = await page('eng-away', '');
  faulty.proxy.reset();
  expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([503, 'storage_unavailable']);
});
