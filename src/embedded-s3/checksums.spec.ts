import { describe, expect, it } from '@jest/globals';
import { array, assert, property, uint8Array } from 'fast-check';
import { checksumOf, checksumOfParts, isChecksum } from './checksums.js';

describe('checksums', () => {
  // The check values of the CRC catalogue, of the nine bytes `123456789`.
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ] as const)('%s of the check bytes is %s', (algorithm, hex) => {
    expect(checksumOf(algorithm, Buffer.from('123456789')).toString('hex')).toBe(hex);
  });

  it.each(['crc32', 'crc32c', 'crc64nvme'] as const)('%s of parts is that of the whole', (algorithm) => {
    const anyParts = array(uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 });
    assert(
      property(anyParts, (parts) => {
        const sums = parts.map((part) => ({
          value: checksumOf(algorithm, Buffer.from(part)).toString('base64'),
          size: part.length,
        }));
        const whole = checksumOf(algorithm, Buffer.concat(parts)).toString('base64');
        return checksumOfParts(algorithm, 'FULL_OBJECT', sums).value === whole;
      }),
    );
  });

  it('knows a checksum by its length and its base64', () => {
    expect(isChecksum('crc32', 'y/Q5Jg==')).toBe(true);
    expect(isChecksum('crc32', 'y/Q5Jg')).toBe(false);
    expect(isChecksum('crc64nvme', 'y/Q5Jg==')).toBe(false);
  });
});
