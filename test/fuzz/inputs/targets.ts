import fc from 'fast-check';

const ROUTE = '/auditforge/engagement';

const ODD_IDS = [
  'none',
  'eng-12',
  'ENG-1',
  'eng',
  'eng-1%00',
  'eng-1%0a',
  'eng-1%0d%0aX-Evil:%20yes',
  'eng-1%22',
  'eng-1%2f..%2feng-2',
  'eng-1%5c..%5ceng-2',
  'eng-1%e2%80%ae',
  'eng-1%c2%85',
  'eng%2d1',
  '%65ng-1',
  'eng-1%20',
  '+eng-1',
  '%',
  '%z1',
  '%ff',
  '%c0%ae',
  '%ed%a0%80',
  '%u0065',
  '%25',
  '.',
  '..',
  '%2e%2e',
  '...',
  '*',
  ':id',
  '{id}',
  'eng-1;v=1',
  'eng-1,eng-empty',
  'eng-1.json',
  '-eng-1',
  '_eng-1',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
  'undefined',
  '0',
  'a'.repeat(129),
  'a'.repeat(4_000),
  '%F0%9F%8E%AF',
  '%E2%9C%93'.repeat(300),
];

function id(ids: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ids) },
    { weight: 4, arbitrary: fc.constantFrom(...ODD_IDS) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }).map(encodeURIComponent),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map(encodeURIComponent),
    },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }).map(percentEncoded) },
    { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,30}$/) },
  );
}

function percentEncoded(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Paths round the right ones: `ids` are those of engagements that exist. */
export function path(ids: readonly string[]): fc.Arbitrary<string> {
  const odd = fc.tuple(id(ids), fc.constantFrom(...ODD_PATHS)).map(([one, make]) => make(one));
  return fc.oneof(
    { weight: 8, arbitrary: id(ids).map((one) => `${ROUTE}/${one}/audit-log`) },
    { weight: 4, arbitrary: id(ids).map((one) => `${ROUTE}/${one}`) },
    { weight: 3, arbitrary: odd },
    { weight: 1, arbitrary: fc.stringMatching(/^\/[!-"$->@-~]{0,60}$/) },
    { weight: 1, arbitrary: fc.webPath() },
  );
}

const ODD_PATHS: ReadonlyArray<(id: string) => string> = [
  (one) => `${ROUTE}/${one}/`,
  (one) => `${ROUTE}/${one}/audit-log/`,
  (one) => `${ROUTE}/${one}/audit-log/x`,
  (one) => `${ROUTE}/${one}/Audit-Log`,
  (one) => `${ROUTE}/${one}/audit%2dlog`,
  (one) => `${ROUTE}/${one}/audit-log%00`,
  (one) => `${ROUTE}/${one}//audit-log`,
  (one) => `${ROUTE}//${one}/audit-log`,
  (one) => `/${ROUTE}/${one}/audit-log`,
  (one) => `/x/..${ROUTE}/${one}/audit-log`,
  (one) => `/.${ROUTE}/${one}`,
  (one) => `${ROUTE}/../engagement/${one}`,
  (one) => `${ROUTE}/${one}/../eng-1/audit-log`,
  (one) => `${ROUTE.toUpperCase()}/${one}`,
  (one) => `/AuditForge/engagement/${one}`,
  (one) => `/%61uditforge/engagement/${one}`,
  (one) => `/auditforge%2fengagement%2f${one}`,
  (one) => `/auditforge/engagements/${one}`,
  (one) => `${ROUTE}/${one};x=1/audit-log`,
  (one) => `${ROUTE}/${one}/export/${one}`,
  () => ROUTE,
  () => `${ROUTE}/`,
  () => '/',
  () => '//',
  () => '/favicon.ico',
  () => `/${'x/'.repeat(3_000)}`,
  () => `/${'%2e%2e%2f'.repeat(900)}etc/passwd`,
];

/** Targets that are no plain path and query: other forms, characters that HTTP has no place for, and too much. */
export function oddTarget(ids: readonly string[]): fc.Arbitrary<string> {
  const good = fc.constantFrom(...ids).map((one) => `${ROUTE}/${one}/audit-log`);
  return fc.oneof(
    fc.constantFrom(
      '*',
      'x',
      'eng-1',
      'http:',
      'http://',
      'http://[',
      'http://a:b/',
      'http://x:99999/y',
      'ftp://x/y',
      'x.example:443',
      '//x:y/z',
      '//[#',
      '/#',
      '/\\#',
      '/%#%',
      '?',
      '#',
      '',
    ),
    good.map((one) => `http://localhost${one}`),
    good.map((one) => `http://user:pass@[::1]:80${one}?format=json`),
    good.map((one) => `HTTP://other.example${one}`),
    good.map((one) => `${one}#fragment`),
    good.map((one) => `${one}?format=json#fragment`),
    good.map((one) => `${one}#?format=csv`),
    good.map((one) => one.replaceAll('/', '\\')),
    good.map((one) => `/\\x${one.replaceAll('/', '\\')}#`),
    fc.tuple(good, latin1(20)).map(([one, more]) => one + more),
    fc.tuple(good, latin1(20)).map(([one, more]) => `${one}?${more}`),
    fc
      .tuple(good, fc.integer({ min: 14_000, max: 24_000 }))
      .map(([one, size]) => `${one}?${'x'.repeat(size)}`),
    latin1(40).map((text) => `/${text}`),
  );
}

/** Bytes that end neither a line nor a word. */
function latin1(maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 0x21, max: 0xff }), { minLength: 1, maxLength })
    .map((bytes) => String.fromCharCode(...bytes));
}
