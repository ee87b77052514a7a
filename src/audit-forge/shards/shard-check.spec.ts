import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { shardCheck } from './shard-check.js';

const NO_MD5 = '"9b2cf535f27731c974343645a3985328-2"';
/** The check value of every CRC catalogue is that of these nine bytes. */
const BYTES = Buffer.from('123456789');
const hex = (value: string) => Buffer.from(value, 'hex').toString('base64');
const sha1 = createHash('sha1').update(BYTES).digest('base64');
const sha256 = createHash('sha256').update(BYTES).digest('base64');
const md5 = '25f9e794323b453885f5181f1b624d0b';

type Answer = Parameters<typeof shardCheck>[1];

/** Whether the bytes agree, given in two pieces; undefined where there is nothing to check them by. */
async function agree(etag: string, answer: Answer, bytes = BYTES): Promise<boolean | undefined> {
  const check = shardCheck(etag, answer);
  check?.update(bytes.subarray(0, 4));
  check?.update(bytes.subarray(4));
  return check?.agrees();
}

const flipped = Buffer.from(BYTES);
flipped[3]! ^= 1;

describe('the check of a shard', () => {
  it.each<[by: string, etag: string, answer: Answer]>([
    ['CRC32', NO_MD5, { ChecksumCRC32: hex('cbf43926') }],
    ['CRC32C', NO_MD5, { ChecksumCRC32C: hex('e3069283') }],
    ['CRC64NVME', NO_MD5, { ChecksumCRC64NVME: hex('ae8b14860a799888') }],
    ['SHA-1', NO_MD5, { ChecksumSHA1: sha1 }],
    ['SHA-256', NO_MD5, { ChecksumSHA256: sha256 }],
    [
      'a checksum of the full object',
      NO_MD5,
      { ChecksumCRC32: hex('cbf43926'), ChecksumType: 'FULL_OBJECT' },
    ],
    ['the MD5 that an etag is', `"${md5}"`, {}],
    ['an etag without quotes', md5, {}],
    ['an etag of an object encrypted with AES-256', `"${md5}"`, { ServerSideEncryption: 'AES256' }],
    [
      'the MD5 where the checksum is composite',
      `"${md5}"`,
      { ChecksumCRC32: hex('00000000'), ChecksumType: 'COMPOSITE' },
    ],
  ])('by %s agrees with the right bytes and with no others', async (_, etag, answer) => {
    expect(await agree(etag, answer)).toBe(true);
    expect(await agree(etag, answer, flipped)).toBe(false);
    expect(await agree(etag, answer, BYTES.subarray(0, 8))).toBe(false);
    expect(await agree(etag, answer, Buffer.alloc(0))).toBe(false);
  });

  it.each<[what: string, etag: string, answer: Answer]>([
    ['a multipart etag', NO_MD5, {}],
    ['an etag of an object encrypted with KMS', `"${md5}"`, { ServerSideEncryption: 'aws:kms' }],
    ['an etag of an object encrypted twice with KMS', `"${md5}"`, { ServerSideEncryption: 'aws:kms:dsse' }],
    ["an etag of an object encrypted with a customer's key", `"${md5}"`, { SSECustomerAlgorithm: 'AES256' }],
    [
      'a composite checksum by its type',
      NO_MD5,
      { ChecksumCRC32: hex('cbf43926'), ChecksumType: 'COMPOSITE' },
    ],
    ['a composite checksum by its number of parts', NO_MD5, { ChecksumSHA256: `${sha256}-2` }],
    ['an etag that is no MD5', '"not-an-md5"', {}],
    ['an etag of capital letters, which no MD5 has', `"${md5.toUpperCase()}"`, {}],
    ['an empty etag', '', {}],
  ])('does not exist for %s', (_, etag, answer) => {
    expect(shardCheck(etag, answer)).toBeUndefined();
  });

  it.each<[by: string, answer: Answer]>([
    [
      'CRC32',
      {
        ChecksumCRC32: hex('cbf43926'),
        ChecksumCRC32C: 'x',
        ChecksumCRC64NVME: 'x',
        ChecksumSHA1: 'x',
        ChecksumSHA256: 'x',
      },
    ],
    ['SHA-1', { ChecksumSHA1: sha1, ChecksumCRC32C: 'x', ChecksumCRC64NVME: 'x', ChecksumSHA256: 'x' }],
    ['SHA-256', { ChecksumSHA256: sha256, ChecksumCRC32C: 'x', ChecksumCRC64NVME: 'x' }],
  ])('goes by %s, natively computed, where there is a choice', async (_, answer) => {
    expect(await agree('"00000000000000000000000000000000"', answer)).toBe(true);
  });
});
