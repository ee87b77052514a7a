import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { parseEngagementRecord } from './engagement-record.js';

const RECORD = {
  id: 'eng-1',
  name: 'Annual audit 2026',
  status: 'active',
  source_bucket: 'client-bucket',
  source_region: 'eu-central-1',
  created_at: '2026-05-01T09:00:00Z',
};

function parse(record: unknown) {
  return parseEngagementRecord('eng-1', typeof record === 'string' ? record : JSON.stringify(record));
}

describe('an engagement record', () => {
  it('is an engagement', () => {
    expect(parse(RECORD)).toEqual(RECORD);
  });

  it('may hold other things, nested however deep', () => {
    const nested = '['.repeat(20_000) + ']'.repeat(20_000);
    expect(parse(`${JSON.stringify(RECORD).slice(0, -1)},"more":${nested}}`)).toEqual(RECORD);
    expect(() => parse(`${JSON.stringify(RECORD).slice(0, -1)},"name":${nested}}`)).toThrow(AuditForgeError);
  });

  it.each<[what: string, more: object, engagement: object]>([
    ['no bucket', { source_bucket: null, source_region: null }, { source_bucket: null, source_region: null }],
    [
      'bucket and region left out',
      { source_bucket: undefined, source_region: undefined },
      { source_bucket: null, source_region: null },
    ],
    ['an account', { source_account: '123456789012' }, { source_account: '123456789012' }],
    [
      'a time with an offset',
      { created_at: '2026-05-01T09:00:00.123+02:00' },
      { created_at: '2026-05-01T09:00:00.123+02:00' },
    ],
    ['a name in any script', { name: 'Prüfung 审计 😀' }, { name: 'Prüfung 审计 😀' }],
  ])('may have %s', (_, more, engagement) => {
    expect(parse({ ...RECORD, ...more })).toEqual({ ...RECORD, ...engagement });
  });

  it('has no account where that is null', () => {
    expect(parse({ ...RECORD, source_account: null })).not.toHaveProperty('source_account');
  });

  it('gives its known fields and no others', () => {
    const json = JSON.stringify({ ...RECORD, secret: 'x', constructor: 'x' }).replace(
      '{',
      '{"__proto__":{"source_account":"123456789012"},',
    );
    expect(parse(json)).toEqual(RECORD);
  });

  it.each<[what: string, more: Record<string, unknown>]>([
    ['another id', { id: 'eng-2' }],
    ['the id in another case', { id: 'ENG-1' }],
    ['no id', { id: undefined }],
    ['a number as its id', { id: 1 }],
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['a name that is no text', { name: { toString: 'x' } }],
    ['a very long name', { name: 'x'.repeat(1025) }],
    ['no status', { status: null }],
    ['an empty status', { status: '' }],
    ['no creation time', { created_at: undefined }],
    ['a creation time in words', { created_at: 'yesterday' }],
    ['a creation time that does not exist', { created_at: '2026-02-30T00:00:00Z' }],
    ['a number as its creation time', { created_at: 1_777_626_000 }],
    ['an empty bucket', { source_bucket: '' }],
    ['a bucket that is an ARN', { source_bucket: 'arn:aws:s3:::client-bucket' }],
    [
      'a bucket that is an access point',
      { source_bucket: 'arn:aws:s3:eu-central-1:123456789012:accesspoint/x' },
    ],
    ['a bucket that is an access point alias', { source_bucket: 'x-abc-s3alias' }],
    ['a bucket that is an IP address', { source_bucket: '169.254.169.254' }],
    ['a bucket with a path', { source_bucket: 'client-bucket/eng-2' }],
    ['a bucket with a newline', { source_bucket: 'client-bucket\n' }],
    ['a bucket that is a list', { source_bucket: ['client-bucket'] }],
    ['a bucket that is a number', { source_bucket: 12_345 }],
    ['a bucket that is false', { source_bucket: false }],
    ['an empty region', { source_region: '' }],
    ['a region that is a host', { source_region: 'eu.evil.example' }],
    ['a region in capitals', { source_region: 'EU-CENTRAL-1' }],
    ['a region of 33 characters', { source_region: 'x'.repeat(33) }],
    ['an account of 11 digits', { source_account: '12345678901' }],
    ['an account that is a number', { source_account: 123_456_789_012 }],
    ['an empty account', { source_account: '' }],
  ])('is refused with %s, and says which field', (_, more) => {
    const refuse = () => parse({ ...RECORD, ...more });
    expect(refuse).toThrow(AuditForgeError);
    expect(refuse).toThrow(
      expect.objectContaining({
        code: 'invalid_engagement_record',
        status: 502,
        context: { fields: Object.keys(more) },
      }),
    );
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"eng-1"',
    '7',
    'true',
    `[${JSON.stringify(RECORD)}]`,
    `${JSON.stringify(RECORD)},`,
  ])('is refused where it is %s', (json) => {
    expect(() => parse(json)).toThrow(expect.objectContaining({ code: 'invalid_engagement_record' }));
  });

  it('tells the client nothing of what it holds', () => {
    expect(() => parse({ ...RECORD, source_bucket: 'arn:secret' })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining('secret') }),
    );
  });
});
