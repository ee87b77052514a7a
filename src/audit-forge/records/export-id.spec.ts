import { describe, expect, it } from '@jest/globals';
import { EXPORT_ID, newExportId, randomOfExportId, timeOfExportId } from './export-id.js';

const AT = new Date('2026-05-08T13:20:09.999Z');

describe('the id of an export', () => {
  it('is the second and ten letters, another each time', () => {
    const ids = Array.from({ length: 2_000 }, () => newExportId(AT));
    for (const id of ids) expect(id).toMatch(EXPORT_ID);
    expect(new Set(ids).size).toBe(2_000);
    expect(ids.every((id) => id.startsWith('20260508T132009Z-'))).toBe(true);
    // All letters come, and none more often than its share by far.
    const counts = Map.groupBy(
      ids.flatMap((id) => randomOfExportId(id).split('')),
      (letter) => letter,
    );
    expect(counts.size).toBe(32);
    for (const letters of counts.values()) expect(letters.length).toBeLessThan(2 * (20_000 / 32));
  });

  it('sorts by time', () => {
    const times = [
      '2025-12-31T23:59:59Z',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:01Z',
      '2026-10-02T03:04:05Z',
    ];
    const ids = times.map((time) => newExportId(new Date(time)));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(timeOfExportId)).toEqual(times.map((time) => new Date(time)));
  });

  it.each([
    '',
    '20260508T132000Z',
    '20260508T132000Z-k3v7q2mzd',
    '20260508T132000Z-k3v7q2mzdaa',
    '20260508T132000Z-k3v7q2mzd1',
    '20260508T132000Z-K3V7Q2MZDA',
    '20260508T132000-k3v7q2mzda',
    '2026-05-08T13:20:00Z-k3v7q2mzda',
    '20260508T132000Z-k3v7q2mzda\n',
    ' 20260508T132000Z-k3v7q2mzda',
    '20260508T132000Z-../../mzda',
    '２0260508T132000Z-k3v7q2mzda',
  ])('is not %j', (text) => {
    expect(text).not.toMatch(EXPORT_ID);
  });

  it('of digits that are no time has none', () => {
    expect(timeOfExportId('99999999T999999Z-aaaaaaaaaa').getTime()).toBeNaN();
  });
});
