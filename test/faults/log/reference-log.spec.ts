import { describe, expect, it } from '@jest/globals';
import type { LogShard } from './log-shard.js';
import { referenceLog, type Format } from './reference-log.js';

function shard(name: string, plain: string, isBroken = false): LogShard {
  const bytes = Buffer.from(plain);
  return { name, plain: bytes, stored: bytes, isBroken, checksum: 'CRC32' };
}

function textOf(plains: string[], format: Format = 'jsonl'): string {
  return referenceLog(
    plains.map((plain, at) => shard(String(at), plain)),
    format,
  ).bytes.toString();
}

describe('the reference of what a log must be', () => {
  it.each([
    ['an ended line', '{"a":1}\n', '{"a":1}\n'],
    ['a line without its end', '{"a":1}', '{"a":1}\n'],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n', '{"a":1}\n{"b":2}\n'],
    ['a CR at the very end', '{"a":1}\r', '{"a":1}\n'],
    ['a byte order mark', '\ufeff{"a":1}\n', '{"a":1}\n'],
    ['blank lines', '\n \t\r\n{"a":1}\n\n', '{"a":1}\n'],
    ['blanks round a line', ' {"a":1}\t\n', ' {"a":1}\t\n'],
    ['a CR within a line', '{"a":\r1}\n', '{"a":\r1}\n'],
    ['nothing', '', ''],
  ])('knows %s', (_, plain, expected) => {
    expect(textOf([plain])).toBe(expected);
  });

  it('makes an array of the lines', () => {
    expect(textOf(['{"a":1}', '', '{"b":2}\n{"c":"é🎯"}'], 'json')).toBe(
      '[{"a":1},\n{"b":2},\n{"c":"é🎯"}]\n',
    );
    expect(textOf([''], 'json')).toBe('[]\n');
  });

  it('takes shards in the order of the UTF-8 bytes of their keys', () => {
    const named = ['🎯', '～', 'part-2', 'part-10'].map((name) => shard(name, `{"n":"${name}"}\n`));
    expect(referenceLog(named, 'jsonl').bytes.toString()).toBe(
      '{"n":"part-10"}\n{"n":"part-2"}\n{"n":"～"}\n{"n":"🎯"}\n',
    );
  });

  it.each([
    ['a torn line', '{"a":1}\n{"b":', '{"a":1}\n{"b":'],
    ['rubbish', '{"a":1}\nrubbish\n{"c":3}\n', '{"a":1}\n'],
    ['an array', '[{"a":1}]\n', ''],
    ['a line that two CRs end', '{"a":1}\r\r\n', '{"a":1}\r'],
  ])('is corrupt by %s, and says how much may be sent of it', (_, plain, most) => {
    const log = referenceLog([shard('a', plain)], 'jsonl');
    expect(log.isCorrupt).toBe(true);
    expect(log.bytes.toString()).toBe(most);
  });

  it('is corrupt where compressed bytes are broken', () => {
    const shards = [shard('a', '{"a":1}\n', true), shard('b', '{"b":2}\n')];
    expect(referenceLog(shards, 'json')).toMatchObject({ isCorrupt: true, bytes: Buffer.from('[{"a":1}') });
  });

  it('counts', () => {
    const shards = [shard('a', '{}\n{}\n'), shard('b', '')];
    expect(referenceLog(shards, 'jsonl')).toMatchObject({ shards: 2, events: 2, isCorrupt: false });
  });
});
