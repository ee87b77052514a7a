import fc from 'fast-check';

export const RECORD_ID = 'eng-record';

/** Buckets by what the service may do with them: `allowed` exists, `absent` is on the list only. */
export interface Buckets {
  shared: string;
  allowed: string;
  absent: string;
  forbidden: string;
}

const ODD_BUCKETS = [
  '',
  'ab',
  'arn:aws:s3:::allowed-bucket',
  'arn:aws:s3:eu-west-1:123456789012:accesspoint/x',
  'ALLOWED-BUCKET',
  'bucket_1',
  'bucket..x',
  'bucket.-x',
  '-bucket',
  'bucket-',
  '127.0.0.1',
  'xn--bucket',
  'sthree-bucket',
  'bucket-s3alias',
  'bucket--x-s3',
  'bucket--ol-s3',
  'bucket.mrap',
  'bucket/../other',
  'bucket?acl',
  'bucket#',
  'bucket%2f',
  'bucket\n',
  'bucket\r\nx-amz-acl: public-read',
  ' bucket',
  'a'.repeat(64),
  'a'.repeat(5_000),
  'é-bucket',
  '\ud800',
  '__proto__',
];

/** The bytes of records round a good one. */
export function recordBytes({ shared, allowed, absent, forbidden }: Buckets): fc.Arbitrary<Buffer> {
  const good = {
    id: RECORD_ID,
    name: 'A client',
    status: 'active',
    source_bucket: null,
    source_region: null,
    created_at: '2026-05-01T09:00:00Z',
  };
  const bucket = fc.oneof(
    fc.constantFrom(null, shared, allowed, absent, forbidden, `${allowed}x`, allowed.toUpperCase()),
    fc.constantFrom(...ODD_BUCKETS),
    fc.stringMatching(/^[a-z0-9.-]{3,20}$/),
  );
  const region = fc.oneof(
    // Few, since the service keeps a client for each.
    fc.constantFrom(null, 'us-east-1', 'eu-central-1', 'x', '-', 'a'.repeat(32)),
    fc.constantFrom('', 'EU-WEST-1', 'evil.example', 'x@evil', 'x/', 'x#', 'x\r\n', 'a'.repeat(33), 'é'),
  );
  const account = fc.constantFrom(
    null,
    '111122223333',
    '123456789012',
    '1',
    '',
    'x'.repeat(12),
    '１２３４５６７８９０１２',
  );
  const other = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<fc.JsonValue>('', 'x'.repeat(1_025), 0, false, [], {}, null, '\u0000\u202e'),
  );
  const field = fc.constantFrom(
    'id',
    'name',
    'status',
    'source_bucket',
    'source_region',
    'source_account',
    'created_at',
  );
  const change = fc.oneof(
    { weight: 4, arbitrary: bucket.map((source_bucket) => ({ source_bucket })) },
    { weight: 2, arbitrary: region.map((source_region) => ({ source_region })) },
    { weight: 1, arbitrary: account.map((source_account) => ({ source_account })) },
    { weight: 3, arbitrary: fc.tuple(field, other).map(([name, value]) => ({ [name]: value })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('eng-2', 'ENG-RECORD', `${RECORD_ID} `, '').map((id) => ({ id })),
    },
    { weight: 1, arbitrary: field.map((name) => ({ [name]: undefined })) },
    { weight: 1, arbitrary: fc.tuple(fc.string(), other).map(([name, value]) => ({ [name]: value })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('__proto__', 'constructor', 'toString', 'then', 'toJSON', 'length', 'prototype'),
          other,
        )
        .map(([name, value]) => ({ [name]: value })),
    },
  );
  const changed = fc
    .array(change, { maxLength: 3 })
    .map((changes) => JSON.stringify(Object.assign({}, good, ...changes)));
  const text = JSON.stringify(good);
  const open = text.slice(0, -1);
  const deep = (depth: number) => `${open},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const deepObject = (depth: number) => `${open},"x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
  const written = fc.oneof(
    fc.constantFrom(
      '',
      '\ufeff',
      '\ufeff'.concat(text),
      ` ${text}\n`,
      `${text},`,
      `${text}${text}`,
      `[${text}]`,
      text.slice(0, -10),
      'null',
      '"x"',
      '[]',
      `${open},"__proto__":{"source_bucket":"${forbidden}"}}`,
      `{"__proto__":${text}}`,
      `${open},"id":"eng-2"}`,
      `${open},"source_bucket":"${forbidden}"}`,
      `${open},"x":1e999}`,
      `${open},"x":"${'x'.repeat(60_000)}"}`,
      `${open},"x":"${'x'.repeat(70_000)}"}`,
    ),
    fc.integer({ min: 1, max: 30_000 }).map(deep),
    fc.integer({ min: 1, max: 9_000 }).map(deepObject),
    fc.json(),
    fc.string(),
  );
  const bytes = fc.uint8Array({ maxLength: 100 }).map((all) => Buffer.from(all));
  return fc.oneof(
    { weight: 8, arbitrary: changed.map((json) => Buffer.from(json)) },
    { weight: 3, arbitrary: written.map((json) => Buffer.from(json)) },
    { weight: 1, arbitrary: bytes },
  );
}
