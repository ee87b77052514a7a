import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { parseRequest } from './asked.decorator.js';
import { AuditLogQuery, EngagementPath } from './audit-log.query.js';

const asked = (query: string, id = 'eng-abc123') => parseRequest(AuditLogQuery, { id }, query);

/** The offending parameters, in the order of the answer. */
function problemsOf(query: string, id?: string): string[] {
  try {
    asked(query, id);
  } catch (error) {
    if (!(error instanceof AuditForgeError)) throw error;
    expect(error).toMatchObject({ code: 'invalid_parameters', status: 422 });
    return error.errors!.map(({ parameter }) => parameter);
  }
  return [];
}

describe('what is asked of an audit log', () => {
  it('has defaults', () => {
    expect(asked('')).toMatchObject({
      id: 'eng-abc123',
      format: 'jsonl',
      delivery: 'stream',
      expiresIn: 600,
    });
  });

  it.each([
    ['format=json', { format: 'json', delivery: 'stream', expiresIn: 600 }],
    ['format=jsonl&delivery=stream', { format: 'jsonl', delivery: 'stream' }],
    [
      'delivery=signed_url&expires_in=60&format=json',
      { format: 'json', delivery: 'signed_url', expiresIn: 60 },
    ],
    ['%66ormat=%6ason', { format: 'json' }],
    ['&&format=json&', { format: 'json' }],
  ])('may be %s', (query, expected) => {
    expect(asked(query)).toMatchObject(expected);
  });

  it.each<[what: string, query: string, parameters: string[]]>([
    ['an unknown name', 'fromat=json', ['fromat']],
    ['an unknown name without a value', 'x', ['x']],
    ['an unknown name in brackets', 'format[]=json', ['format[]']],
    ['an empty name', '=json', ['']],
    ['the name of the path', 'id=eng-2', ['id']],
    ['a name inherited by every object', 'constructor=1', ['constructor']],
    ['the name of the prototype', '__proto__=1', ['__proto__']],
    ['a name of the prototype in brackets', '__proto__[format]=json', ['__proto__[format]']],
    ['a name of the class itself', 'expiresIn=60', ['expiresIn']],
    ['a name in another case', 'Format=json', ['Format']],
    ['a name with a space', ' format=json', [' format']],
    ['a value in another case', 'format=JSON', ['format']],
    ['a value with a space', 'format=json%20', ['format']],
    ['another value', 'format=csv', ['format']],
    ['an empty value', 'format=', ['format']],
    ['a name without a value', 'delivery', ['delivery']],
    ['another delivery', 'delivery=email', ['delivery']],
    ['a repeated one', 'format=json&format=json', ['format']],
    ['a repeated one, encoded', 'format=json&%66ormat=jsonl', ['format']],
    ['an admin token', 'x-admin-token=abc', ['x-admin-token']],
    ['a second question mark', '?format=json', ['?format']],
    ['a semicolon in place of an ampersand', 'format=json;delivery=stream', ['format']],
  ])('may not hold %s', (_, query, parameters) => {
    expect(problemsOf(query)).toEqual(parameters);
  });

  it.each(['60', '61', '99', '100', '600', '999', '1000', '3599', '3600'])(
    'may be for %s seconds',
    (seconds) => {
      for (const delivery of ['stream', 'signed_url'])
        expect(asked(`delivery=${delivery}&expires_in=${seconds}`).expiresIn).toBe(Number(seconds));
    },
  );

  it.each([
    '',
    '0',
    '1',
    '59',
    '3601',
    '9999',
    '10000',
    '0600',
    '060',
    '+600',
    '%2B600',
    '-600',
    '600.0',
    '600.5',
    '6e2',
    '0x258',
    ' 600',
    '600 ',
    '600s',
    '600%0A',
    'NaN',
    'Infinity',
    'null',
    '６００',
    '600,700',
    '1_000',
    '99999999999999999999',
  ])('may not be for %j seconds, whichever the delivery', (seconds) => {
    for (const delivery of ['stream', 'signed_url'])
      expect(problemsOf(`delivery=${delivery}&expires_in=${seconds}`)).toEqual(['expires_in']);
  });

  it('names every offending parameter at once, path and query together', () => {
    const problems = problemsOf('format=csv&delivery=&expires_in=1&Format=json&page=2&page=3', '-bad');
    expect(problems.toSorted()).toEqual(['Format', 'delivery', 'expires_in', 'format', 'id', 'page']);
  });

  it('says of each in a sentence what is wrong, and what would be right', () => {
    expect(() => asked('format=csv&expires_in=1&expiry=1')).toThrow(
      expect.objectContaining({
        detail:
          '"expiry" is not a parameter of this address, which takes format, delivery, expires_in. ' +
          '"format" must be jsonl or json. ' +
          '"expires_in" must be a whole number of seconds from 60 to 3600.',
        errors: [
          {
            parameter: 'expiry',
            detail: 'is not a parameter of this address, which takes format, delivery, expires_in',
          },
          { parameter: 'format', detail: 'must be jsonl or json' },
          { parameter: 'expires_in', detail: 'must be a whole number of seconds from 60 to 3600' },
        ],
      }),
    );
  });

  it('is looked at behind the first 1,000 pairs as well', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`);
    expect(problemsOf([...thousand, 'late=1'].join('&'))).toHaveLength(1_001);
    expect(problemsOf(`${'&'.repeat(2_000)}late=1`)).toEqual(['late']);
    expect(problemsOf(Array.from({ length: 1_500 }, () => 'format=json').join('&'))).toEqual(['format']);
  });

  it('does not change what objects inherit', () => {
    problemsOf('__proto__=1&constructor=1&__proto__[format]=json');
    expect(({} as { format?: string }).format).toBeUndefined();
  });
});

describe('what is asked of an engagement', () => {
  it('is its id', () => {
    expect(parseRequest(EngagementPath, { id: 'eng-1' }, '').id).toBe('eng-1');
  });

  it.each(['', '-a', 'a.b', 'a/b', 'é', 'a\0', 'x'.repeat(129), 'eng 1'])('may not have the id %j', (id) => {
    expect(() => parseRequest(EngagementPath, { id }, '')).toThrow(
      expect.objectContaining({
        errors: [{ parameter: 'id', detail: expect.stringContaining('1 to 128 letters') }],
      }),
    );
  });

  it('takes no parameters', () => {
    expect(() => parseRequest(EngagementPath, { id: 'eng-1' }, 'format=json')).toThrow(
      expect.objectContaining({ detail: '"format" is not a parameter of this address, which takes none.' }),
    );
  });
});
