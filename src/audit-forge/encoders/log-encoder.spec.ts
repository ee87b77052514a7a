import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FORMATS, LOG_FORMATS, type LogFormat } from './formats.js';
import { CorruptLine } from './lines.js';

const BOM = '\xef\xbb\xbf';

/** What becomes of a log: its bytes, or the line that is wrong. Text is latin1 here: one character a byte. */
type Outcome = { bytes: string } | { shard: number; line: number; reason: string };

/** Encodes shards that come in these chunks. Each chunk is wiped once its pieces are taken over, as pooled memory is. */
function encode(format: LogFormat, shards: readonly (readonly string[])[]): Outcome & { events?: number } {
  const encoder = FORMATS[format].encoder();
  let bytes = '';
  const take = (pieces: Buffer[]) => {
    bytes += Buffer.concat(pieces).toString('latin1');
  };
  for (const [shard, chunks] of shards.entries()) {
    try {
      for (const chunk of chunks) {
        const memory = Buffer.from(chunk, 'latin1');
        take(encoder.push(memory));
        memory.fill('#');
      }
      take(encoder.endShard());
    } catch (error) {
      if (!(error instanceof CorruptLine)) throw error;
      return { shard, line: error.line, reason: error.reason };
    }
  }
  take(encoder.end());
  return { bytes, events: encoder.events };
}

/** The same rules on whole shards, as plainly as they can be written. */
function reference(format: LogFormat, shards: readonly string[]): Outcome & { events?: number } {
  const kept: string[] = [];
  for (const [shard, text] of shards.entries()) {
    const lines = (text.startsWith(BOM) ? text.slice(BOM.length) : text).split('\n');
    for (const [index, raw] of lines.entries()) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      const core = line.replaceAll(/^[ \t]+|[ \t]+$/g, '');
      if (core === '') continue;
      if (!core.startsWith('{')) return { shard, line: index + 1, reason: 'does not start with {' };
      if (!core.endsWith('}')) return { shard, line: index + 1, reason: 'does not end with }' };
      kept.push(line);
    }
  }
  const bytes = format === 'jsonl' ? kept.map((line) => `${line}\n`).join('') : `[${kept.join(',\n')}]\n`;
  return { bytes, events: kept.length };
}

function jsonl(...shards: string[]): Outcome {
  return encode(
    'jsonl',
    shards.map((shard) => [shard]),
  );
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');

describe('the lines that a log keeps', () => {
  it.each<[rule: string, shards: string[], log: string]>([
    ['every line, in order, each ended by one LF', ['{"a":1}\n{"b":2}\n'], '{"a":1}\n{"b":2}\n'],
    ['a last line without a final newline', ['{"a":1}\n{"b":2}'], '{"a":1}\n{"b":2}\n'],
    [
      'shards in order, also where one ends without a newline',
      ['{"a":1}', '{"b":2}\n'],
      '{"a":1}\n{"b":2}\n',
    ],
    ['a shard without a byte adds nothing', ['{"a":1}\n', '', '{"b":2}\n'], '{"a":1}\n{"b":2}\n'],
    [
      'a BOM at the start of each shard is dropped',
      [`${BOM}{"a":1}\n`, `${BOM}{"b":2}\n`],
      '{"a":1}\n{"b":2}\n',
    ],
    ['a BOM alone is an empty shard', [BOM, `${BOM}\n`, '{}'], '{}\n'],
    ['one CR before LF is dropped', ['{"a":1}\r\n{"b":2}\r\n'], '{"a":1}\n{"b":2}\n'],
    ['one CR before the end of the shard is dropped', ['{"a":1}\r'], '{"a":1}\n'],
    ['a CR inside a line is kept', ['{"a":\r1}\n'], '{"a":\r1}\n'],
    ['lines of nothing, spaces and tabs are dropped', ['\n \n\t\n \t \r\n{}\n\n  '], '{}\n'],
    ['a line of one CR is blank', ['\r\n{}\n\r'], '{}\n'],
    ['spaces and tabs around an event are kept', [' \t{"a":1}\t \n'], ' \t{"a":1}\t \n'],
    [
      'nothing is parsed: what stands between the braces is kept as it is',
      ['{"é": nope, \x00\xff}\n'],
      '{"é": nope, \x00\xff}\n',
    ],
    ['the same key twice, and its order, are kept', ['{"b":1,"a":2,"b":1.0}\n'], '{"b":1,"a":2,"b":1.0}\n'],
    ['an event of two bytes', ['{}'], '{}\n'],
  ])('%s', (_, shards, log) => {
    expect(jsonl(...shards)).toMatchObject({ bytes: log });
  });

  it('counts events, not lines', () => {
    expect(jsonl('{}\n\n{}\r\n \n', '', '{}')).toEqual({ bytes: '{}\n{}\n{}\n', events: 3 });
  });
});

describe('a line that is no event', () => {
  const NO_START = 'does not start with {';
  const NO_END = 'does not end with }';

  it.each<[what: string, shards: string[], shard: number, line: number, reason: string]>([
    ['a torn last line', ['{"a":1}\n{"b":'], 0, 2, NO_END],
    ['a torn line in the middle', ['{"a":1}\n{"b":\n{"c":3}\n'], 0, 2, NO_END],
    ['the rest of a torn line', ['{"a":1}\n"b":2}\n'], 0, 2, NO_START],
    ['rubbish', ['\x00\xff\xfe'], 0, 1, NO_START],
    ['a JSON array in place of lines', ['[{"a":1},\n{"b":2}]\n'], 0, 1, NO_START],
    ['an event of several lines', ['{\n  "a": 1\n}\n'], 0, 1, NO_END],
    ['two events of which the second is cut, on one line', ['{"a":1}{"b"\n'], 0, 1, NO_END],
    ['an opening brace alone', ['{\n'], 0, 1, NO_END],
    ['a closing brace alone', ['}\n'], 0, 1, NO_START],
    ['two CRs before LF: one of them belongs to the line', ['{}\r\r\n'], 0, 1, NO_END],
    ['two CRs before the end of the shard', ['{}\r\r'], 0, 1, NO_END],
    ['two CRs alone', ['\r\r\n'], 0, 1, NO_START],
    ['a CR that a space follows', ['{}\r \n'], 0, 1, NO_END],
    ['a BOM on a later line', [`{}\n${BOM}{}\n`], 0, 2, NO_START],
    ['two BOMs', [`${BOM}${BOM}{}\n`], 0, 1, NO_START],
    ['a BOM behind a space', [` ${BOM}{}\n`], 0, 1, NO_START],
    ['half a BOM', ['\xef\xbb{}\n'], 0, 1, NO_START],
    ['half a BOM and nothing else', ['\xef\xbb'], 0, 1, NO_START],
    ['a vertical tab, which is no blank', ['\v\n'], 0, 1, NO_START],
    ['a no-break space, which is no blank', [utf8('\u00a0{}\n')], 0, 1, NO_START],
    ['a line whose number counts the blank ones before it', ['\n \n{}\n\t\r\nx\n'], 0, 5, NO_START],
    ['a line whose number starts anew in each shard', ['{}\n{}\n', '\n\n', '{}\nx'], 2, 2, NO_START],
  ])('is refused: %s', (_, shards, shard, line, reason) => {
    expect(jsonl(...shards)).toEqual({ shard, line, reason });
  });

  it.each(['x', '[', '\xef\xbbx', ' \tx', '\rx'])(
    'fails at its first wrong byte, before any newline: %j',
    (start) => {
      for (const format of LOG_FORMATS) {
        const encoder = FORMATS[format].encoder();
        expect(() => encoder.push(Buffer.from(start, 'latin1'))).toThrow(CorruptLine);
      }
    },
  );

  it('says which line, and why', () => {
    const encoder = FORMATS.jsonl.encoder();
    encoder.push(Buffer.from('\n{}\n'));
    expect(() => encoder.push(Buffer.from('oops'))).toThrow(
      expect.objectContaining({ name: 'CorruptLine', line: 3, message: 'line 3 does not start with {' }),
    );
  });
});

describe('a log as one JSON array', () => {
  it.each<[rule: string, shards: string[], log: string]>([
    ['one event', ['{"a":1}'], '[{"a":1}]\n'],
    ['events joined by a comma and LF', ['{"a":1}\n{"b":2}\n'], '[{"a":1},\n{"b":2}]\n'],
    ['events of several shards', ['{"a":1}\r\n', '', '\n', `${BOM} {"b":2} `], '[{"a":1},\n {"b":2} ]\n'],
  ])('%s', (_, shards, log) => {
    const chunked = shards.map((shard) => [shard]);
    expect(encode('json', chunked)).toMatchObject({ bytes: log });
  });
});

describe('an empty log', () => {
  it.each<[shards: string[]]>([[[]], [['']], [['', '\n', ' \t\r\n', BOM]]])('of shards %j', (shards) => {
    const chunked = shards.map((shard) => [shard]);
    expect(encode('jsonl', chunked)).toEqual({ bytes: '', events: 0 });
    expect(encode('json', chunked)).toEqual({ bytes: '[]\n', events: 0 });
  });
});

/** Cuts a text at places anywhere in it; cuts that fall together make empty chunks. */
function cut(text: string, places: readonly number[]): string[] {
  const at = places.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

const goodLine = fc.constantFrom(
  '{"a":1}',
  '{}',
  ' {"b":[2]}',
  '\t{"c":"}"}  ',
  utf8('{"é":"😀"}'),
  '{"d":\r}',
  '',
  ' \t',
);
const anyBit = fc.constantFrom(
  '{',
  '}',
  ' ',
  '\t',
  '\r',
  '\n',
  '"',
  BOM,
  '\xef',
  '\xbb',
  '\x00',
  'x',
  '{}',
  '{}\r\n',
);
const lineEnd = fc.constantFrom('\n', '\r\n');
const goodShard = fc
  .tuple(
    fc.constantFrom('', BOM),
    fc.array(fc.tuple(goodLine, lineEnd), { maxLength: 8 }),
    goodLine,
    fc.constantFrom('', '\r'),
  )
  .map(([bom, lines, last, end]) => bom + lines.flat().join('') + last + end);
const anyShard = fc.array(anyBit, { maxLength: 12 }).map((bits) => bits.join(''));
const damagedShard = fc
  .tuple(goodShard, fc.nat(), anyBit)
  .map(
    ([shard, at, bit]) =>
      shard.slice(0, at % (shard.length + 1)) + bit + shard.slice(at % (shard.length + 1)),
  );
const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 });

function shardsOf(shard: fc.Arbitrary<string>) {
  return fc.array(fc.tuple(shard, places), { maxLength: 4 });
}

describe.each(LOG_FORMATS)('%s, however the input is cut into chunks', (format) => {
  it('gives the bytes that the rules give for whole shards', () => {
    fc.assert(
      fc.property(shardsOf(goodShard), (shards) => {
        const whole = reference(
          format,
          shards.map(([text]) => text),
        );
        expect(whole).toHaveProperty('bytes');
        expect(
          encode(
            format,
            shards.map(([text, at]) => cut(text, at)),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same bytes, or the same line and reason, for input that may be damaged', () => {
    fc.assert(
      fc.property(shardsOf(fc.oneof(anyShard, damagedShard)), (shards) => {
        expect(
          encode(
            format,
            shards.map(([text, at]) => cut(text, at)),
          ),
        ).toEqual(
          reference(
            format,
            shards.map(([text]) => text),
          ),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same at every single cut of every awkward shard', () => {
    const awkward = [
      `${BOM}{"a":1}\r\n\r\n \t\r\n  {"b":2}  \r\n{}\r`,
      BOM,
      '\r\r\n',
      '{}\r\r\n{}',
      utf8('{"é":"😀"}\r\n{"z":0}'),
    ];
    for (const text of awkward) {
      for (let at = 0; at <= text.length; at++) {
        expect(encode(format, [cut(text, [at]), '{}\n'.split('')])).toEqual(
          reference(format, [text, '{}\n']),
        );
      }
      expect(encode(format, [text.split('')])).toEqual(reference(format, [text]));
    }
  });
});

const parse = (text: string) => JSON.parse(Buffer.from(text, 'latin1').toString()) as unknown;

describe('the two formats', () => {
  const event = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false }));

  it('hold the same events', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), places, (events, at) => {
        const shard = events.map((value) => `${utf8(JSON.stringify(value))}\n`).join('');
        const lines = encode('jsonl', [cut(shard, at)]) as { bytes: string };
        const array = encode('json', [cut(shard, at)]) as { bytes: string };
        expect(lines.bytes).toBe(shard);
        expect(parse(array.bytes)).toEqual(
          lines.bytes
            .split('\n')
            .filter((line) => line !== '')
            .map(parse),
        );
        expect(parse(array.bytes)).toHaveLength(events.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is held between two chunks', () => {
  /** A byte of the input may wait: a CR that may precede LF, or the LF that becomes a comma. */
  const FEW_BYTES = 2;

  it.each(LOG_FORMATS)('%s: never more than a few bytes, wherever lines are cut', (format) => {
    const line = fc.string().map((text) => `${utf8(JSON.stringify({ text }))}\n`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), places, (lines, at) => {
        const encoder = FORMATS[format].encoder();
        let held = 0;
        for (const chunk of cut(lines.join(''), at)) {
          held += chunk.length - Buffer.concat(encoder.push(Buffer.from(chunk, 'latin1'))).length;
          // An array adds a comma to each line, so its output may be ahead of the input.
          expect(held).toBeLessThanOrEqual(FEW_BYTES);
        }
      }),
    );
  });

  it.each(LOG_FORMATS)('%s: of an event far larger than any chunk, every chunk passes at once', (format) => {
    const encoder = FORMATS[format].encoder();
    const [open, close] = format === 'jsonl' ? ['', '\n'] : ['[', ']\n'];
    const got = createHash('sha256');
    const expected = createHash('sha256').update(`${open}{"text":"`);
    const chunk = Buffer.alloc(64 * 1024);
    for (const piece of encoder.push(Buffer.from('{"text":"'))) got.update(piece);
    for (let number = 0; number < 256; number++) {
      chunk.fill(`${number}é`);
      expected.update(chunk);
      const pieces = encoder.push(chunk);
      expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(chunk.length);
      for (const piece of pieces) got.update(piece);
    }
    for (const piece of [...encoder.push(Buffer.from('"}')), ...encoder.endShard(), ...encoder.end()])
      got.update(piece);
    expect(got.digest('hex')).toBe(expected.update(`"}${close}`).digest('hex'));
    expect(encoder.events).toBe(1);
  });

  it('keeps leading spaces and tabs, also where they fill whole chunks', () => {
    const blanks = ' '.repeat(150_000) + '\t'.repeat(70_000) + ' ';
    const chunks = cut(`${blanks}{}`, [0, 1, 65_536, 100_000, 149_999, 150_000, 220_000, 220_001]);
    const log = encode('jsonl', [chunks, ['{}']]);
    expect(log).toEqual({ bytes: `${blanks}{}\n{}\n`, events: 2 });
  });

  it('drops a blank line, also where it fills whole chunks', () => {
    const blank = ' '.repeat(100_000);
    expect(encode('jsonl', [[blank, `\t${blank}`, '\r', '\n{}']])).toEqual({ bytes: '{}\n', events: 1 });
  });

  it('refuses leading blanks that change more often than can be remembered', () => {
    expect(encode('jsonl', [[' \t'.repeat(40_000), '{}\n']])).toEqual({
      shard: 0,
      line: 1,
      reason: 'starts with too many spaces and tabs',
    });
  });
});
