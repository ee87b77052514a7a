import { describe, expect, it } from 'vitest';
import { entry, exportId, page } from '../testing/exports.js';
import { extended, namesOf, newestFirst, pageFor, refreshed, type History } from './history.js';

const numbered = (...ns: number[]) => ns.map((n) => entry(n));
const history = (ns: number[], next: number | null = null): History => ({
  exports: numbered(...ns),
  next: next === null ? null : exportId(next),
});
const shownOf = ({ exports, next }: History) => [exports.map(({ export_id }) => export_id), next];
const ids = (...ns: number[]) => ns.map(exportId);

describe('the history', () => {
  it('is the first page, then the next ones at its end', () => {
    const first = refreshed(null, page(numbered(4, 3), exportId(3)));
    expect(shownOf(first)).toEqual([ids(4, 3), exportId(3)]);
    expect(shownOf(extended(first, page(numbered(2, 1))))).toEqual([ids(4, 3, 2, 1), null]);
  });

  it.each<[string, History, ReturnType<typeof page>, unknown]>([
    [
      'keeps what is older than the page',
      history([4, 3, 2, 1], 1),
      page(numbered(5, 4, 3), exportId(3)),
      [ids(5, 4, 3, 2, 1), exportId(1)],
    ],
    ['drops what is no longer there', history([4, 3, 2]), page(numbered(4, 2)), [ids(4, 2), null]],
    [
      'begins anew where exports are missing in between',
      history([2, 1]),
      page(numbered(9, 8), exportId(8)),
      [ids(9, 8), exportId(8)],
    ],
    [
      'knows that nothing follows what it has to its end',
      history([2, 1]),
      page(numbered(3, 2), exportId(2)),
      [ids(3, 2, 1), null],
    ],
  ])('%s when it is looked at again', (_, before, came, expected) => {
    expect(shownOf(refreshed(before, came))).toEqual(expected);
  });

  it('is looked at again as far as it is shown', () => {
    expect(pageFor(null)).toEqual({});
    expect(pageFor(history([2, 1]))).toEqual({});
    expect(pageFor({ exports: Array.from({ length: 40 }, (_, n) => entry(n)), next: null })).toEqual({
      limit: 40,
    });
    expect(pageFor({ exports: Array.from({ length: 300 }, (_, n) => entry(n)), next: null })).toEqual({
      limit: 100,
    });
  });

  it('has those of one second in their order', () => {
    const early = entry(9, { requested_at: '2026-05-08T11:20:05.100Z' });
    const late = entry(8, { requested_at: '2026-05-08T11:20:05.900Z' });
    expect(newestFirst([early, late])).toEqual([late, early]);
  });

  it('names exports by their minute, and by their second where two are alike', () => {
    const at = (n: number, requested_at: string) => entry(n, { requested_at });
    const names = namesOf([
      at(3, '2026-05-08T11:21:07Z'),
      at(2, '2026-05-08T11:20:40Z'),
      at(1, '2026-05-08T11:20:05Z'),
    ]);
    expect([...names.values()]).toEqual([
      '8 May 2026, 13:21',
      '8 May 2026, 13:20:40',
      '8 May 2026, 13:20:05',
    ]);
  });
});
