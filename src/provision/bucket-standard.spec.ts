import type { LifecycleRule } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import {
  ABORT_RULE_ID,
  abortsUploads,
  BLOCKS,
  defaultEncryption,
  missingBlocks,
  withAbortRule,
} from './bucket-standard.js';

function abort(rule: Partial<LifecycleRule> = {}, days = 1): LifecycleRule {
  return {
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
    ...rule,
  };
}

const EXPIRE_LOGS: LifecycleRule = {
  ID: 'expire-logs',
  Status: 'Enabled',
  Filter: { Prefix: 'logs/' },
  Expiration: { Days: 30 },
};

describe('a rule that aborts uploads', () => {
  it.each<[string, LifecycleRule, boolean]>([
    ['of the whole bucket', abort(), true],
    ['without a filter', abort({ Filter: undefined }), true],
    ['with an empty filter', abort({ Filter: {} }), true],
    ['of the older style', abort({ Filter: undefined, Prefix: '' }), true],
    ['of the prefix', abort({ Filter: { Prefix: 'auditforge/' } }), true],
    ['of another prefix', abort({ Filter: { Prefix: 'logs/' } }), false],
    ['of a longer prefix', abort({ Filter: { Prefix: 'auditforge/exports/eng-1' } }), false],
    ['of another prefix in the older style', abort({ Filter: undefined, Prefix: 'logs/' }), false],
    ['of tagged objects', abort({ Filter: { Tag: { Key: 'a', Value: 'b' } } }), false],
    ['that is off', abort({ Status: 'Disabled' }), false],
    ['that does something else', { ...EXPIRE_LOGS, Filter: { Prefix: '' } }, false],
  ])('%s', (_case, rule, expected) => {
    expect(abortsUploads(rule, 'auditforge/exports/')).toBe(expected);
  });
});

describe('the lifecycle rules', () => {
  it('get ours, after all that are there', () => {
    expect(withAbortRule([EXPIRE_LOGS])).toEqual([EXPIRE_LOGS, abort({ ID: ABORT_RULE_ID })]);
  });

  it('get ours in place of an earlier one of its name', () => {
    const weaker = abort({ ID: ABORT_RULE_ID, Status: 'Disabled' }, 7);
    expect(withAbortRule([weaker, EXPIRE_LOGS])).toEqual([EXPIRE_LOGS, abort({ ID: ABORT_RULE_ID })]);
  });

  it('are the same where one does it already, whatever its name', () => {
    const rules = [EXPIRE_LOGS, abort({ ID: 'tidy' })];
    expect(withAbortRule(rules)).toBe(rules);
    expect(withAbortRule([abort({ ID: 'tidy' }, 7)])).toHaveLength(2);
  });

  it('stay in the older style where they have it', () => {
    const older: LifecycleRule = { ID: 'old', Status: 'Enabled', Prefix: 'logs/', Expiration: { Days: 30 } };
    expect(withAbortRule([older]).at(-1)).toEqual(
      abort({ ID: ABORT_RULE_ID, Filter: undefined, Prefix: '' }),
    );
  });
});

describe('the standard', () => {
  it('names the public-access blocks that are not set', () => {
    expect(missingBlocks(undefined)).toEqual(BLOCKS);
    const all = Object.fromEntries(BLOCKS.map((block) => [block, true]));
    expect(missingBlocks(all)).toEqual([]);
    expect(missingBlocks({ ...all, BlockPublicPolicy: false })).toEqual(['BlockPublicPolicy']);
  });

  it('knows a default encryption', () => {
    expect(defaultEncryption(undefined)).toBeUndefined();
    expect(defaultEncryption({ Rules: [{ BucketKeyEnabled: true }] })).toBeUndefined();
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } };
    expect(defaultEncryption({ Rules: [rule] })).toBe('aws:kms');
  });
});
