import fc from 'fast-check';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';

const PATH = '/auditforge/engagement/eng-1/audit-log';
const HEADERS = `Host: x\r\nx-admin-token: ${ADMIN_TOKEN}\r\n`;
/** A request that is whole, whatever comes behind it. */
export const WHOLE = `GET ${PATH} HTTP/1.1\r\n${HEADERS}\r\n`;
/** Would be answered under this id, were it taken for a request. */
export const SMUGGLED_ID = 'smuggled';
const SMUGGLED = `GET ${PATH} HTTP/1.1\r\n${HEADERS}X-Request-Id: ${SMUGGLED_ID}\r\n\r\n`;

const FIRST_LINES = [
  `GET ${PATH}`,
  `GET ${PATH} `,
  `GET  ${PATH} HTTP/1.1`,
  `GET\t${PATH} HTTP/1.1`,
  ` GET ${PATH} HTTP/1.1`,
  `\r\n\r\nGET ${PATH} HTTP/1.1`,
  `GET ${PATH} HTTP/1.1 `,
  `GET ${PATH} HTTP/1.1 x`,
  `GET ${PATH} HTTP/1.2`,
  `GET ${PATH} HTTP/1.10`,
  `GET ${PATH} HTTP/0.9`,
  `GET ${PATH} HTTP/2.0`,
  `GET ${PATH} HTTP/3`,
  `GET ${PATH} HTTP/11`,
  `GET ${PATH} HTTP/-1.1`,
  `GET ${PATH} http/1.1`,
  `GET ${PATH} HTTPS/1.1`,
  `GET ${PATH} RTSP/1.0`,
  `GET ${PATH} ICE/1.0`,
  'GET',
  'GET HTTP/1.1',
  `GET ${PATH} ${PATH} HTTP/1.1`,
  `GET ${PATH}\x00 HTTP/1.1`,
  `GET ${PATH}\x7f HTTP/1.1`,
  `GET ${PATH}?a b HTTP/1.1`,
  `CONNECT ${PATH} HTTP/1.1`,
  'CONNECT x:443 HTTP/1.1',
  'PRI * HTTP/2.0\r\n\r\nSM',
  'OPTIONS * HTTP/1.1',
  'OPTIONS *x HTTP/1.1',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\x00',
  '{"not":"http"}',
];

const HEADER_LINES = [
  'x',
  ':',
  ': x',
  'x : y',
  'x\t: y',
  ' x: y',
  'x: y\r\n z',
  'x: y\r\n\tz',
  'x: \x00',
  'x: a\x00b',
  'x: a\rb',
  'x: a\nb',
  'x: a\r\r\nb: c',
  'x: \x7f',
  'x\xe9: y',
  'x\x00y: z',
  '(x): y',
  'Host: a\r\nHost: b',
  'Content-Length: x',
  'Content-Length: -1',
  'Content-Length: +5',
  'Content-Length: 0x5',
  'Content-Length: 5 5',
  'Content-Length: ',
  'Content-Length: 99999999999999999999999',
  'Transfer-Encoding: ',
  'Expect: 100-continue\r\nContent-Length: 5',
];

/** Bodies whose end can be seen in two ways. */
const FRAMINGS = [
  'Content-Length: 6\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 6',
  'Content-Length: 0\r\nContent-Length: 5',
  'Content-Length: 5, 0',
  'Content-Length: 0\r\nContent-length : 5',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: chunked;x=y',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: "chunked"',
  'Content-Length: 5\r\n Transfer-Encoding: chunked',
  'Content-Length: 5\nTransfer-Encoding: chunked',
];

const CHUNKS = [
  '-1\r\n',
  'g\r\n',
  '0x5\r\nhello\r\n',
  'FFFFFFFFFFFFFFFFF\r\n',
  '5;ext="\r\nhello\r\n',
  `5;${'x'.repeat(17_000)}\r\nhello\r\n`,
  '5\nhello\n0\n\n',
  '5\r\nhello0\r\n\r\n',
  '5\r\nhelloXX0\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  '0\r\nX-Admin-Token: x\r\n\r\n',
  '0\r\nbad trailer\r\n\r\n',
  `0\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
  '5\r\nhel',
];

const firstLine = fc.constantFrom(...FIRST_LINES).map((line) => `${line}\r\n${HEADERS}\r\n`);

const headerLine = fc
  .tuple(fc.constantFrom(...HEADER_LINES), fc.boolean())
  .map(([line, last]) =>
    last
      ? `GET ${PATH} HTTP/1.1\r\n${HEADERS}${line}\r\n\r\n`
      : `GET ${PATH} HTTP/1.1\r\n${line}\r\n${HEADERS}\r\n`,
  );

const chunks = fc
  .constantFrom(...CHUNKS)
  .map((chunk) => `POST ${PATH} HTTP/1.1\r\n${HEADERS}Transfer-Encoding: chunked\r\n\r\n${chunk}`);

const change = fc.record({
  at: fc.nat({ max: WHOLE.length }),
  removed: fc.nat({ max: 3 }),
  added: fc.oneof(
    fc.constantFrom('', '\r', '\n', '\r\n', '\0', ' ', '\t', ':', '\r\n\r\n', '\xff', '\x85', '%'),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => String.fromCharCode(...bytes)),
  ),
});

/** A good request, or two, with a few bytes lost, added or changed. */
const changed = fc
  .tuple(
    fc.array(change, { minLength: 1, maxLength: 4 }),
    fc.constantFrom(WHOLE, WHOLE + WHOLE, WHOLE.replaceAll('\r\n', '\n'), WHOLE.replaceAll('\r\n', '\r')),
  )
  .map(([changes, good]) =>
    changes.reduce(
      (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
      good,
    ),
  );

const cutShort = fc
  .tuple(fc.integer({ min: 1, max: WHOLE.length - 1 }), fc.boolean())
  .map(([at, second]) => (second ? WHOLE : '') + WHOLE.slice(0, at));

const rubbish = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.constantFrom('GET', ' ', '/', 'HTTP/1.1', '\r\n', '\n', '\r', ':', 'Host', 'x', '\0', '0', '%'),
      {
        minLength: 1,
        maxLength: 30,
      },
    )
    .map((parts) => parts.join('')),
);

/** What is sent over a connection of its own, which then ends. Each character is one byte. */
export const rawBytes: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: firstLine },
  { weight: 2, arbitrary: headerLine },
  { weight: 1, arbitrary: chunks },
  { weight: 4, arbitrary: changed },
  { weight: 1, arbitrary: cutShort },
  { weight: 2, arbitrary: rubbish },
  { weight: 1, arbitrary: fc.oneof(rubbish, firstLine).map((text) => WHOLE + text) },
);

/** A request whose body, by one of two readings, ends before a second request that nobody sent. */
export const smuggling: fc.Arbitrary<string> = fc
  .record({
    method: fc.constantFrom('POST', 'GET', 'HEAD', 'OPTIONS'),
    framing: fc.constantFrom(...FRAMINGS),
    body: fc.constantFrom('', '0\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', 'hello'),
  })
  .map(
    ({ method, framing, body }) =>
      `${method} ${PATH} HTTP/1.1\r\n${HEADERS}${framing}\r\n\r\n${body}${SMUGGLED}`,
  );
