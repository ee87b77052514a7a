import fc from 'fast-check';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { goodClaims, jwt } from './jwt.js';

const ODD_PAIRS = [
  'format=csv',
  'format=JSON',
  'format=',
  'format',
  'format=json%00',
  'format=jsonl&format=jsonl',
  'format[]=json',
  'format[0]=json',
  'format.x=json',
  'Format=json',
  'format%00=json',
  '%66ormat=json',
  'format=%6a%73on',
  'delivery=Stream',
  'delivery=signed-url',
  'delivery=',
  'delivery=stream%20',
  'delivery=+stream',
  'expires_in=59',
  'expires_in=3601',
  'expires_in=0600',
  'expires_in=6e2',
  'expires_in=-60',
  'expires_in=+600',
  'expires_in=0x3c',
  'expires_in=60.0',
  'expires_in=Infinity',
  'expires_in=NaN',
  'expires_in=99999999999999999999',
  'expires_in=%D9%A6%D9%A0%D9%A0',
  'expiresIn=600',
  '__proto__=x',
  '__proto__[format]=json',
  'constructor=x',
  'constructor.prototype=x',
  'prototype=x',
  'toString=x',
  'hasOwnProperty=x',
  'id=eng-2',
  'from=2026-05-01',
  'limit=10',
  '=',
  '=x',
  '&',
  '?',
  '%',
  '%zz=1',
  'format=%ff',
  'a%00b=1',
  'a%0d%0aX-Evil:%20yes=1',
  '%E2%80%AE%E2%80%A8=1',
  '%c2%85=1',
  '%22%5c=%22',
  `x=${'y'.repeat(5_000)}`,
  `${'y'.repeat(5_000)}=x`,
];

const GOOD_PAIRS = fc.record(
  {
    format: fc.constantFrom('jsonl', 'json'),
    // A link writes to the store, which is slow: mostly, it is asked for by the other themes.
    delivery: fc.oneof(
      { weight: 9, arbitrary: fc.constant('stream') },
      { weight: 1, arbitrary: fc.constant('signed_url') },
    ),
    expires_in: fc.integer({ min: 60, max: 3600 }).map(String),
  },
  { requiredKeys: [] },
);

const goodQuery = fc.tuple(GOOD_PAIRS, fc.boolean()).map(([pairs, reversed]) => {
  const all = Object.entries(pairs).map(([name, value]) => `${name}=${value}`);
  return (reversed ? all.toReversed() : all).join('&');
});

const oddQuery = fc
  .tuple(goodQuery, fc.array(fc.constantFrom(...ODD_PAIRS), { minLength: 1, maxLength: 4 }))
  .map(([good, odd]) => [good, ...odd].filter((pair) => pair !== '').join('&'));

/** What belongs into a header, or into nothing that is ever asked. */
const tokens = fc.constantFrom(
  `x-admin-token=${ADMIN_TOKEN}`,
  `access_token=${jwt(goodClaims('engagement:eng-1'))}`,
  jwt(goodClaims('engagement:eng-1')),
);

const many = fc
  .tuple(
    fc.constantFrom('a', 'a=1', '', 'format', '__proto__'),
    fc.constantFrom('', '&format=csv', '&evil=1'),
  )
  .map(([pair, end]) => Array.from({ length: 2_000 }, () => pair).join('&') + end);

/** A query, with its `?`, or none. */
export const query: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  { weight: 8, arbitrary: goodQuery.map((text) => `?${text}`) },
  { weight: 6, arbitrary: oddQuery.map((text) => `?${text}`) },
  { weight: 1, arbitrary: fc.stringMatching(/^\?[!-"$-~]{0,60}$/) },
  { weight: 1, arbitrary: fc.webQueryParameters().map((text) => `?${text}`) },
  { weight: 1, arbitrary: tokens.map((text) => `?${text}`) },
  { weight: 1, arbitrary: many.map((text) => `?${text}`) },
);
