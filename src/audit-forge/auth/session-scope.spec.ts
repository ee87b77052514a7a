import { describe, expect, it } from '@jest/globals';
import { engagementsInScope, isPrintableSubject, scopeOfEngagements } from './session-scope.js';

describe('the engagements in a scope', () => {
  it.each<[scope: string, ids: string[]]>([
    ['engagement:eng-1', ['eng-1']],
    ['engagement:eng-1 engagement:eng-2', ['eng-1', 'eng-2']],
    ['openid engagement:eng-1 profile', ['eng-1']],
    ['engagement:eng-1 engagement:eng-1', ['eng-1']],
    ['  engagement:eng-1  ', ['eng-1']],
    ['', []],
    ['openid', []],
    ['engagement:', []],
    ['engagement: eng-1', []],
    ['engagement', []],
    ['engagements:eng-1', []],
    ['Engagement:eng-1', []],
    ['xengagement:eng-1', []],
    ['engagement:eng-1,engagement:eng-2', ['eng-1,engagement:eng-2']],
    ['engagement:eng-1\tengagement:eng-2', ['eng-1\tengagement:eng-2']],
    ['engagement:*', ['*']],
  ])('%j are %j', (scope, ids) => {
    expect([...engagementsInScope(scope)]).toEqual(ids);
  });

  it('are what a scope is made of', () => {
    expect([...engagementsInScope(scopeOfEngagements(['eng-1', 'ENG_2']))]).toEqual(['eng-1', 'ENG_2']);
  });

  it.each(['eng-12', 'ENG-1', 'eng-', 'eng-1/', '*', ''])('of eng-1 do not hold %j', (id) => {
    expect(engagementsInScope('engagement:eng-1').has(id)).toBe(false);
  });
});

describe('a subject', () => {
  it.each([
    'a',
    'reviewer@example.com',
    'auth0|5f7c',
    'Zoë Ångström',
    '审计员',
    'x'.repeat(128),
    'a b',
    '"<&>',
  ])('may be %j', (subject) => {
    expect(isPrintableSubject(subject)).toBe(true);
  });

  it.each<[what: string, subject: unknown]>([
    ['nothing', ''],
    ['over 128 characters', 'x'.repeat(129)],
    ['a number', 7],
    ['null', null],
    ['left out', undefined],
    ['a list', ['a']],
    ['with a newline', 'a\nb'],
    ['with a carriage return', 'a\rb'],
    ['with a tab', 'a\tb'],
    ['with NUL', 'a\0b'],
    ['with an escape', 'a\u001b[31m'],
    ['with DEL', 'a\u007f'],
    ['with a C1 control', 'a\u0085b'],
    ['with a line separator', 'a\u2028b'],
    ['with a paragraph separator', 'a\u2029b'],
    ...[
      '\u200e',
      '\u200f',
      '\u202a',
      '\u202b',
      '\u202c',
      '\u202d',
      '\u202e',
      '\u2066',
      '\u2067',
      '\u2068',
      '\u2069',
      '\u061c',
    ].map((mark): [string, string] => [
      `with the bidirectional U+${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
      `a${mark}b`,
    ]),
    ['with a zero-width space', 'a\u200bb'],
    ['with a byte order mark', '\ufeffa'],
    ['with half a surrogate pair', 'a\ud800'],
    ['with a private character', 'a\ue000'],
  ])('may not be %s', (_, subject) => {
    expect(isPrintableSubject(subject)).toBe(false);
  });
});
