import { describe, expect, it } from '@jest/globals';
import {
  ACCOUNT_ID,
  BUCKET_NAME,
  BUCKET_PATTERN,
  bucketAllowList,
  ENGAGEMENT_ID,
  REGION_NAME,
} from './names.js';

const table = (...names: string[]) => names.map((name) => [name]);

describe('an engagement id', () => {
  it.each(table('eng-abc123', 'E', '0', 'a_b-C', 'a-', 'x'.repeat(128), 'eng-1-20260508T132000Z'))(
    'may be %j',
    (id) => {
      expect(ENGAGEMENT_ID.test(id)).toBe(true);
    },
  );
  it.each(
    table(
      '',
      '-a',
      '_a',
      'x'.repeat(129),
      'a.b',
      'a/b',
      '..',
      'a b',
      'a\n',
      '\na',
      'a\0',
      'é',
      'a%2f',
      '{engagement_id}',
      'a"b',
      '１',
    ),
  )('may not be %j', (id) => {
    expect(ENGAGEMENT_ID.test(id)).toBe(false);
  });
});

describe('a bucket name', () => {
  it.each(
    table(
      'abc',
      'metis-shared',
      'a.b.c',
      '123',
      '1.2.3',
      '1.2.3.4.5',
      'metis-af-eu-123456789012',
      'x'.repeat(63),
    ),
  )('may be %j', (name) => {
    expect(BUCKET_NAME.test(name)).toBe(true);
  });
  it.each(
    table(
      'ab',
      'x'.repeat(64),
      'Metis',
      'a_b',
      'a/b',
      '-abc',
      'abc-',
      '.abc',
      'abc.',
      'a..b',
      'a.-b',
      'a-.b',
      '192.168.0.1',
      'xn--abc',
      'sthree-abc',
      'abc-s3alias',
      'abc--ol-s3',
      'abc--x-s3',
      'abc--table-s3',
      'abc.mrap',
      'arn:aws:s3:::abc',
      'arn:aws:s3:eu-central-1:123456789012:accesspoint/abc',
      'my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias',
      'abc\n',
      'abc ',
      'abc*',
      'äbc',
      '../abc',
    ),
  )('may not be %j', (name) => {
    expect(BUCKET_NAME.test(name)).toBe(false);
  });
});

describe('a region', () => {
  it.each(table('eu-central-1', 'us-gov-west-1', 'auto'))('may be %j', (name) => {
    expect(REGION_NAME.test(name)).toBe(true);
  });
  it.each(table('', 'EU', 'eu_central', 'eu.evil.example', 'eu/', 'eu@evil', 'x'.repeat(33), 'eu\n'))(
    'may not be %j',
    (name) => {
      expect(REGION_NAME.test(name)).toBe(false);
    },
  );
});

describe('an account', () => {
  it('is twelve digits', () => {
    expect(ACCOUNT_ID.test('123456789012')).toBe(true);
    for (const other of [
      '',
      '12345678901',
      '1234567890123',
      '12345678901a',
      '123456789012\n',
      '１２３４５６７８９０１２',
    ])
      expect(ACCOUNT_ID.test(other)).toBe(false);
  });
});

describe('the list of allowed buckets', () => {
  it('allows any where there is none, and none where it is empty', () => {
    expect(bucketAllowList(undefined)('any-bucket')).toBe(true);
    expect(bucketAllowList([])('any-bucket')).toBe(false);
  });

  it.each([
    ['client-a', 'client-a', true],
    ['client-a', 'client-ab', false],
    ['client-a', 'xclient-a', false],
    ['client.a', 'client.a', true],
    ['client.a', 'clientxa', false],
    ['metis-af-*-123456789012', 'metis-af-eu-123456789012', true],
    ['metis-af-*-123456789012', 'metis-af-eu-west-1-123456789012', true],
    ['metis-af-*-123456789012', 'metis-af--123456789012', true],
    ['metis-af-*-123456789012', 'metis-af-eu-123456789013', false],
    ['metis-af-*-123456789012', 'metis-af-eu-1234567890123', false],
    ['metis-af-*-123456789012', 'evil-metis-af-eu-123456789012', false],
    ['metis-af-*-123456789012', 'metis-af-eu/-123456789012', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c', false],
  ])('%s, asked for %s: %s', (pattern, bucket, allowed) => {
    expect(bucketAllowList([pattern])(bucket)).toBe(allowed);
    expect(bucketAllowList(['another', pattern])(bucket)).toBe(allowed);
  });

  it.each(table('metis-af-*-123456789012', 'client-a', 'a*b'))('may hold %j', (pattern) => {
    expect(BUCKET_PATTERN.test(pattern)).toBe(true);
  });
  it.each(table('', '*', '**', '*-client', 'client-*', 'a?b', 'A*b', '(a|b)c', 'a/b'))(
    'may not hold %j',
    (pattern) => {
      expect(BUCKET_PATTERN.test(pattern)).toBe(false);
    },
  );
});
