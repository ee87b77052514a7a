import { describe, expect, it } from '@jest/globals';
import { compareKeys } from '../shards/snapshot.js';
import { custodyKey, isEventOf, platformKey } from './custody-key.js';

const PREFIX = 'auditforge/audit/eng-1/';
const AT = new Date('2026-05-08T13:20:00.123Z');
const ID = '20260508T132000Z-k3v7q2mzda';
const OTHER = '20260508T132000Z-k3v7q2mzdb';

const after = (name: string | undefined, at = AT, id: string | null = ID) =>
  custodyKey(PREFIX, name === undefined ? undefined : PREFIX + name, at, id).slice(PREFIX.length);

describe('the key of an event', () => {
  it.each([
    ['1.jsonl', /^1\.jsonl~export-20260508T132000123Z-k3v7q2mzda[a-z2-7]{6}\.jsonl$/],
    ['ü 2.jsonl.gz', /^ü 2\.jsonl\.gz~export-20260508T132000123Z-/],
    [undefined, /^!~export-20260508T132000123Z-/],
    // After another event it follows the shard that the other one does.
    [
      '1.jsonl~export-20260508T131959000Z-aaaaaaaaaaaaaaaa.jsonl',
      /^1\.jsonl~export-20260508T132000123Z-[^~]*$/,
    ],
    ['!~export-20260508T131959000Z-aaaaaaaaaaaaaaaa.jsonl', /^!~export-20260508T132000123Z-[^~]*$/],
  ])('after %j', (last, key) => {
    expect(after(last)).toMatch(key);
  });

  it('is another one each time', () => {
    const keys = Array.from({ length: 1_000 }, (_, at) => after('1.jsonl', AT, at % 2 === 0 ? ID : null));
    expect(new Set(keys).size).toBe(1_000);
  });

  it.each([
    ['0001.jsonl', '0002.jsonl'],
    ['0001.jsonl', '0001.jsonl~z.jsonl'],
    ['1.jsonl', '10.jsonl'],
    ['20260508T132000Z-a.jsonl', '20260508T132000Z-b.jsonl'],
    ['9.jsonl.zst', 'a.jsonl'],
    [undefined, '#.jsonl'],
    [undefined, '0.jsonl'],
  ])('lies between %j and %j, in the order of time', (last, next) => {
    const keys = [
      after(last),
      after(last, new Date(AT.getTime() + 1)),
      after(last, new Date(AT.getTime() + 86_400_000), null),
    ];
    const order = [...(last === undefined ? [] : [last]), ...keys, next];
    expect(order.toSorted(compareKeys)).toEqual(order);
  });
});

describe('the export of an event', () => {
  it('is told by its key', () => {
    expect(isEventOf(after('1.jsonl'), ID)).toBe(true);
    expect(isEventOf(after('1.jsonl'), OTHER)).toBe(false);
    expect(isEventOf(after('1.jsonl', AT, null), ID)).toBe(false);
  });

  it.each([
    '1.jsonl',
    'k3v7q2mzda.jsonl',
    '20260508T132000123Z-k3v7q2mzdaaaaaaa.jsonl',
    '1.jsonl~export-k3v7q2mzdaaaaaaa.jsonl',
    '1.jsonl~export-20260508T132000123Z-k3v7q2mzda.jsonl',
    '1.jsonl~export-20260508T132000123Z-k3v7q2mzdaaaaaaa.jsonl.gz',
    '1.jsonl~export-20260508T132000123Z-k3v7q2mzdaaaaaaa.jsonl~export-20260508T132000123Z-0123456789.jsonl',
  ])('is not that of another key: %s', (key) => {
    expect(isEventOf(key, ID)).toBe(false);
  });
});

it('platformKey is the shard that an event follows, and any other key itself', () => {
  expect(platformKey(undefined)).toBeUndefined();
  expect(platformKey('a/1.jsonl')).toBe('a/1.jsonl');
  expect(platformKey('a/1.jsonl~export-x.jsonl')).toBe('a/1.jsonl');
  expect(platformKey('a/!~export-x.jsonl')).toBe('a/!');
});
