import fc from 'fast-check';
import type { Header } from '../wire/request.js';

const ODD: readonly Header[] = [
  ['Accept-Encoding', 'gzip'],
  ['Accept-Encoding', 'gzip;q=0'],
  ['Accept-Encoding', 'gzip;q=0, *'],
  ['Accept-Encoding', '*;q=0'],
  ['Accept-Encoding', 'identity;q=0'],
  ['Accept-Encoding', 'GZIP;Q=1.000'],
  ['Accept-Encoding', 'br, zstd, deflate'],
  ['Accept-Encoding', ';;;,,,q=,'],
  ['Accept-Encoding', `${'gzip,'.repeat(800)}x`],
  ['Accept', 'text/html;q=\xff'],
  ['TE', 'trailers'],
  ['TE', 'Trailers, deflate;q=0.5'],
  ['TE', 'chunked'],
  ['TE', ',,;'],
  ['Range', 'bytes=0-0'],
  ['Range', 'bytes=-1,-2,5-'],
  ['Range', 'bytes=99999999999999999999-'],
  ['If-Range', '"x"'],
  ['If-None-Match', '*'],
  ['If-Match', '"none"'],
  ['If-Modified-Since', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['Cache-Control', 'no-cache, only-if-cached'],
  ['Prefer', 'respond-async'],
  ['Prefer', 'return=minimal; wait=99999999999'],
  ['X-Request-Id', 'my-id_1.2'],
  ['X-Request-Id', 'x'.repeat(64)],
  ['X-Request-Id', 'x'.repeat(65)],
  ['X-Request-Id', ''],
  ['X-Request-Id', 'a b'],
  ['X-Request-Id', 'a, b'],
  ['X-Request-Id', '\xfc\x85'],
  ['X-Request-Id', '"}{"'],
  ['X-Request-Id', '__proto__'],
  ['Forwarded', 'for="[::1]";host=evil.example;proto=https'],
  ['X-Forwarded-For', '127.0.0.1, 10.0.0.1, unknown, \x80'],
  ['X-Forwarded-For', '1.1.1.1,'.repeat(500)],
  ['X-Forwarded-Host', 'evil.example:99999/x'],
  ['X-Forwarded-Proto', 'javascript'],
  ['X-Original-URL', '/auditforge/engagement/eng-empty'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Rewrite-URL', '/'],
  ['Origin', 'null'],
  ['Origin', 'https://evil.example'],
  ['Referer', 'javascript:alert(1)'],
  ['Access-Control-Request-Method', 'DELETE'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Cookie', 'session=x; __proto__=y; =; ;'],
  ['Content-Type', 'application/json'],
  ['Content-Type', 'application/json; charset=\x80'],
  ['Content-Type', 'multipart/form-data; boundary='],
  ['Content-Encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['Expect', 'a-miracle'],
  ['Connection', 'keep-alive'],
  ['Connection', 'close'],
  ['Connection', 'close, X-Admin-Token, Authorization'],
  ['Connection', 'upgrade'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
  ['Keep-Alive', 'timeout=0, max=0'],
  ['Trailer', 'Authorization'],
  ['Max-Forwards', '0'],
  ['Via', '1.0 x, '.repeat(200)],
  ['Proxy-Authorization', 'Basic eA=='],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['toString', 'x'],
  ['Host', 'second.example'],
];

const random = fc.tuple(
  fc.stringMatching(/^x-[a-z!#$%&'*+.^_`|~0-9-]{1,20}$/),
  // Without blanks at its ends, which do not count.
  fc.stringMatching(/^([!-~\x80-\xff]([\t -~\x80-\xff]{0,40}[!-~\x80-\xff])?)?$/),
);

const many = fc
  .tuple(fc.constantFrom('a', 'x-forwarded-for', 'accept'), fc.integer({ min: 100, max: 1_500 }))
  .map(([name, count]) =>
    Array.from({ length: Math.min(count, Math.floor(15_000 / (name.length + 4))) }, (): Header => [name, '']),
  );

const large = fc
  .integer({ min: 1_000, max: 30_000 })
  .map((size): Header[] => [['x-large', 'x'.repeat(size)]]);

/** Headers beside the credentials and the host. */
export const headers: fc.Arbitrary<Header[]> = fc.oneof(
  { weight: 10, arbitrary: fc.array(fc.constantFrom(...ODD), { maxLength: 3 }) },
  { weight: 3, arbitrary: fc.array(random, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...ODD), { minLength: 10, maxLength: 40 }) },
  { weight: 1, arbitrary: large },
);

/** Thousands of small ones, which are slower than others. */
export const manyHeaders: fc.Arbitrary<Header[]> = many;

export const host: fc.Arbitrary<Header[]> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Header[]>([['Host', 'localhost']]) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('', '[', 'x:y', 'a/b', '\xff', '127.0.0.1:99999', 'x'.repeat(300), 'a, b', '*')
      .map((value): Header[] => [['Host', value]]),
  },
  { weight: 1, arbitrary: fc.constant<Header[]>([]) },
);
