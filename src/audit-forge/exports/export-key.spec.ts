import { describe, expect, it } from '@jest/globals';
import { timestamp } from '../clock.js';
import { attachment, exportFileName, exportKey, nextSecond } from './export-key.js';

describe('the timestamp of an export', () => {
  it.each([
    ['2026-05-08T13:20:00.000Z', '20260508T132000Z'],
    ['2026-05-08T13:20:00.999Z', '20260508T132000Z'],
    ['2026-01-02T03:04:05Z', '20260102T030405Z'],
    ['2026-05-08T01:20:00+02:00', '20260507T232000Z'],
    ['2028-02-29T23:59:59.500Z', '20280229T235959Z'],
    ['0999-01-01T00:00:00Z', '09990101T000000Z'],
  ])('of %s is %s: UTC, whole seconds, never rounded up', (at, expected) => {
    expect(timestamp(new Date(at))).toBe(expected);
  });

  it.each([
    ['2026-05-08T13:20:00Z', '20260508T132001Z'],
    ['2026-12-31T23:59:59.900Z', '20270101T000000Z'],
    ['2027-02-28T23:59:59Z', '20270301T000000Z'],
    ['2028-02-28T23:59:59Z', '20280229T000000Z'],
    ['2028-02-29T23:59:59Z', '20280301T000000Z'],
  ])('of the second after %s is %s', (at, expected) => {
    expect(timestamp(nextSecond(new Date(at)))).toBe(expected);
  });
});

describe('the key of an export', () => {
  const at = new Date('2026-05-08T13:20:00Z');

  it.each([
    ['jsonl', 'eng-abc123-20260508T132000Z.jsonl'],
    ['json', 'eng-abc123-20260508T132000Z.json'],
  ] as const)('in %s ends with its file name, %s', (format, fileName) => {
    expect(exportFileName('eng-abc123', at, format)).toBe(fileName);
    expect(exportKey('eng-abc123', at, format)).toBe(`auditforge/exports/${fileName}`);
  });

  it('is not the key of an engagement whose id looks like an export of another', () => {
    const other = 'eng-1-20260508T132000Z';
    expect(exportKey(other, at, 'jsonl')).toBe(
      'auditforge/exports/eng-1-20260508T132000Z-20260508T132000Z.jsonl',
    );
    expect(exportKey('eng-1', at, 'jsonl')).not.toBe(exportKey(other, at, 'jsonl'));
  });

  it('names the file to the browser', () => {
    expect(attachment('eng_1-20260508T132000Z.json')).toBe(
      'attachment; filename="eng_1-20260508T132000Z.json"',
    );
  });
});
