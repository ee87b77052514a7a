import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { LogShard } from '../../faults/log/log-shard.js';

/** An object under the shard prefix, and what is known of it. */
export interface FuzzedObject extends Omit<LogShard, 'contentEncoding'> {
  encoding: string | undefined;
  /** By its name; what is none is left out. */
  isShard: boolean;
  /** Damage that may or may not show: then `plain` is what it is if it does not. */
  isUnsure: boolean;
}

type Stored = Pick<FuzzedObject, 'plain' | 'stored' | 'isBroken' | 'isUnsure'>;

const LINES = [
  '{}',
  '{"a":1}',
  '{"é":"🎯"}',
  ' {"a":1}\t',
  '{"a":\r1}',
  '{"a":1}\r',
  '{"a":\u0000}',
  '{not json}',
  '{"a":1}{"b":2}',
  '{"long":"' + 'x'.repeat(3_000) + '"}',
  '\t{\t}\t',
  '}{',
  '{',
  '}',
  '',
  ' \t',
  '\r',
  '\r\r',
  '\ufeff',
  '\ufeff{"a":1}',
  '\u00a0{"a":1}',
  '\v{}',
  '{}\f',
  '{}\u2028{}',
  '[{"a":1}]',
  'null',
  '"text"',
  '// comment',
  '{"torn":',
];
const GOOD_LINES = LINES.slice(0, 11);

const endings = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\r', '');

const plain: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 6,
    arbitrary: linesOf(fc.constantFrom(...GOOD_LINES), fc.constantFrom('\n', '\n', '\r\n', '\n\n')),
  },
  { weight: 4, arbitrary: linesOf(fc.constantFrom(...LINES), endings) },
  {
    weight: 1,
    arbitrary: linesOf(
      fc.json().map((json) => `{"json":${json}}`),
      endings,
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...Buffer.from('{}\r\n \t\xef\xbb\xbf"', 'latin1')), { maxLength: 30 })
      .map((bytes) => Buffer.from(bytes)),
  },
);

function linesOf(line: fc.Arbitrary<string>, ending: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .array(fc.tuple(line, ending), { maxLength: 8 })
    .map((lines) => Buffer.from(lines.map(([text, end]) => text + end).join('')));
}

const CODECS = {
  gzip: {
    compress: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
    decompress: (bytes: Buffer) => gunzipSync(bytes),
  },
  zstd: {
    compress: (bytes: Buffer) => zstdCompressSync(bytes),
    decompress: (bytes: Buffer) => zstdDecompressSync(bytes),
  },
};
type Codec = keyof typeof CODECS;

const asIs = plain.map((bytes): Stored => ({
  plain: bytes,
  stored: bytes,
  isBroken: false,
  isUnsure: false,
}));

function compressed(codec: Codec): fc.Arbitrary<Stored> {
  const { compress } = CODECS[codec];
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.array(plain, { minLength: 1, maxLength: 3 }).map((members): Stored => ({
        plain: Buffer.concat(members),
        stored: Buffer.concat(members.map(compress)),
        isBroken: false,
        isUnsure: false,
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(plain, fc.constantFrom('x', '\0', '\0\0\0\0', 'rubbish', '\x1f\x8b', '\x28\xb5\x2f'))
        .map(([bytes, more]) => broken(Buffer.concat([compress(bytes), Buffer.from(more, 'latin1')]))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(plain, fc.integer({ min: 1, max: 5 }))
        .map(([bytes, cut]) => broken(compress(bytes).subarray(0, -cut))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(plain, fc.nat({ max: 500 }), fc.integer({ min: 1, max: 255 }))
        .map(([bytes, at, bits]) => flipped(codec, compress(bytes), at, bits)),
    },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ minLength: 1, maxLength: 100 })
        .filter(([first]) => first !== 0x1f && first !== 0x28 && (first! & 0xf0) !== 0x50)
        .map((bytes) => broken(Buffer.from(bytes))),
    },
  );
}

function broken(stored: Buffer): Stored {
  return { plain: Buffer.alloc(0), stored, isBroken: true, isUnsure: false };
}

function flipped(codec: Codec, good: Buffer, at: number, bits: number): Stored {
  const stored = Buffer.from(good);
  stored[at % stored.length]! ^= bits;
  try {
    return { plain: CODECS[codec].decompress(stored), stored, isBroken: false, isUnsure: true };
  } catch {
    return broken(stored);
  }
}

const name = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 99_999 }).map((number) => String(number).padStart(5, '0')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'a b',
      'a+b',
      '%41',
      '%',
      'é',
      '🎯',
      '～',
      'a&b',
      '<x>',
      '"',
      "'",
      '2026/05/x',
      'a//b',
      '~',
      'A\u202eB',
      'a\nb',
      '__proto__',
      'x.jsonl',
      'n'.repeat(800),
    ),
  },
);

const object = fc.oneof(
  { weight: 6, arbitrary: shard('.jsonl', asIs, [undefined]) },
  { weight: 1, arbitrary: shard('.jsonl', asIs, ['identity', '', 'aws-chunked', 'Identity, aws-chunked']) },
  {
    weight: 2,
    arbitrary: shard('.jsonl', compressed('gzip'), ['gzip', 'x-gzip', 'GZIP', 'gzip,aws-chunked']),
  },
  { weight: 1, arbitrary: shard('.jsonl', compressed('zstd'), ['zstd']) },
  {
    weight: 1,
    arbitrary: shard(
      '.jsonl',
      asIs.map(({ stored }) => broken(Buffer.concat([stored, Buffer.from('{}\n')]))),
      ['br', 'deflate', 'gzip, gzip', 'compress', 'x', 'gzip;q=1'],
    ),
  },
  { weight: 2, arbitrary: shard('.jsonl.gz', compressed('gzip'), [undefined, 'gzip', 'br']) },
  { weight: 2, arbitrary: shard('.jsonl.zst', compressed('zstd'), [undefined, 'zstd']) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('.json', '.JSONL', '.jsonl.bak', '.jsonl.gz.tmp', '.txt.gz', '', 'jsonl', '.jsonl/')
      .chain((ending) => shard(ending, asIs, [undefined])),
  },
);

function shard(
  ending: string,
  stored: fc.Arbitrary<Stored>,
  encodings: ReadonlyArray<string | undefined>,
): fc.Arbitrary<FuzzedObject> {
  return fc
    .record({ name, stored, encoding: fc.constantFrom(...encodings) })
    .map((made) => ({
      ...made.stored,
      name: made.name + ending,
      encoding: made.encoding,
      checksum: 'CRC32' as const,
      isShard: /\.jsonl(\.gz|\.zst)?$/.test(made.name + ending),
    }))
    .filter((made) => made.name !== '');
}

/** The objects of one engagement. */
export const objects: fc.Arbitrary<FuzzedObject[]> = fc.uniqueArray(object, {
  selector: (made) => made.name,
  maxLength: 4,
});
