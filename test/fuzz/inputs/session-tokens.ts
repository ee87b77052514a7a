import fc from 'fast-check';
import { base64url, GOOD_HEADER, goodClaims, jwt } from './jwt.js';

const NEAR_SCOPES = [
  'engagement:',
  'engagement:none',
  'engagement:eng-12',
  'engagement:ENG-1',
  'ENGAGEMENT:eng-1',
  'engagement:eng-1/..',
  'engagement:*',
  'engagement:eng-1%00',
  'engagement:eng-1,eng-empty',
  'engagement:eng-1\tengagement:eng-empty',
  'engagement :eng-1',
  'xengagement:eng-1',
  'engagement:__proto__',
  'engagement:constructor',
  'openid',
  '',
];
const PREFIX = 'engagement:';

/** A token that is valid, whatever it is good for, and the engagements that it is good for. */
export function validToken(ids: readonly string[]): fc.Arbitrary<{ token: string; engagements: string[] }> {
  const scope = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...ids).map((id) => PREFIX + id) },
    { weight: 1, arbitrary: fc.constantFrom(...NEAR_SCOPES) },
  );
  return fc
    .record({ scopes: fc.array(scope, { maxLength: 4 }), change: fc.constantFrom(...HARMLESS) })
    .map(({ scopes, change }) => {
      const text = scopes.join(' ');
      const engagements = text
        .split(' ')
        .flatMap((part) => (part.startsWith(PREFIX) ? [part.slice(PREFIX.length)] : []));
      return { token: change(text), engagements };
    });
}

/** Claims and headers that are unusual, and right. */
const HARMLESS: ReadonlyArray<(scope: string) => string> = [
  (scope) => jwt(goodClaims(scope)),
  (scope) => jwt({ ...goodClaims(scope), aud: ['other', 'auditforge'] }),
  (scope) => jwt({ ...goodClaims(scope), sub: 'é🎯 "quoted" <b>' }),
  (scope) => jwt({ ...goodClaims(scope), sub: 'x'.repeat(128) }),
  (scope) => jwt({ ...goodClaims(scope), iat: undefined, nbf: 0 }),
  (scope) => jwt({ ...goodClaims(scope), admin: true, role: 'admin', ['__proto__']: { admin: true } }),
  (scope) => jwt(goodClaims(scope), { header: { alg: 'HS256' } }),
  (scope) =>
    jwt(goodClaims(scope), { header: { ...GOOD_HEADER, kid: '../../etc/passwd', jku: 'http://x/' } }),
];

const WRONG_CLAIMS: ReadonlyArray<Record<string, unknown>> = [
  { iss: undefined },
  { iss: 'other' },
  { iss: ['auditforge'] },
  { iss: 'auditforge ' },
  { aud: undefined },
  { aud: 'other' },
  { aud: [] },
  { aud: { auditforge: true } },
  { sub: undefined },
  { sub: '' },
  { sub: 7 },
  { sub: null },
  { sub: ['reviewer@example.com'] },
  { sub: 'x'.repeat(129) },
  { sub: 'a\nb' },
  { sub: 'a\u0000b' },
  { sub: 'a\u202eb' },
  { sub: 'a\u2028b' },
  { sub: '\ud800' },
  { exp: undefined },
  { exp: 0 },
  { exp: -1 },
  { exp: '9999999999' },
  { exp: null },
  { exp: [9_999_999_999] },
  { nbf: 9_999_999_999 },
  { nbf: 'now' },
  { iat: 9_999_999_999 },
  { iat: 'now' },
  { scope: undefined },
  { scope: 7 },
  { scope: ['engagement:eng-1'] },
  { scope: { engagement: 'eng-1' } },
  { scope: null },
];

const WRONG_HEADERS: readonly unknown[] = [
  { alg: 'none' },
  { alg: 'None' },
  { alg: '' },
  { alg: 'hs256' },
  { alg: 'HS512' },
  { alg: 'RS256' },
  { alg: 'dir' },
  { alg: ['HS256'] },
  { alg: null },
  { typ: 'JWT' },
  { alg: 'HS256', typ: 'JWE' },
  { alg: 'HS256', typ: 7 },
  { alg: 'HS256', crit: ['x'], x: 1 },
  { alg: 'HS256', crit: [] },
  { alg: 'HS256', crit: ['b64'], b64: false },
  [],
  null,
  'HS256',
];

/** Texts that are no valid token, and look more or less like one. */
export function invalidToken(): fc.Arbitrary<string> {
  const good = () => goodClaims('engagement:eng-1 engagement:eng-empty');
  const parts = () => jwt(good()).split('.') as [string, string, string];
  const part = fc.oneof(
    fc.base64String({ maxLength: 60 }).map((text) => text.replaceAll('=', '')),
    fc.json({ maxDepth: 2 }).map(base64url),
    fc.constantFrom('', 'e30', 'bnVsbA', 'W10', base64url('{"alg":"HS256"'), base64url('{"alg":"none"}')),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...WRONG_CLAIMS).map((claims) => jwt({ ...good(), ...claims })) },
    { weight: 3, arbitrary: fc.constantFrom(...WRONG_HEADERS).map((header) => jwt(good(), { header })) },
    fc.constantFrom(null, [], 'text', 7, {}).map((claims) => jwt(claims)),
    fc.string({ minLength: 1, maxLength: 40 }).map((secret) => jwt(good(), { secret })),
    fc.constantFrom('sha384', 'sha512').map((hash) => jwt(good(), { hash })),
    fc.nat({ max: 40 }).map((length) => parts().with(2, parts()[2].slice(0, length)).join('.')),
    fc.constantFrom('AAAA', '-', '~').map((begin) => {
      const [header, claims, signature] = parts();
      return `${header}.${claims}.${begin}${signature.slice(begin.length)}x`;
    }),
    fc.constantFrom('', '.', '.x', '.x.y').map((end) => `${parts().slice(0, 2).join('.')}${end}`),
    fc.array(part, { minLength: 1, maxLength: 6 }).map((all) => all.join('.') || '.'),
    fc.integer({ min: 1_000, max: 12_000 }).map((size) => jwt({ ...good(), iss: 'x'.repeat(size / 2) })),
    fc.integer({ min: 1, max: 8_000 }).map((size) => 'A'.repeat(size)),
  );
}
