import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** FULL_OBJECT: of the bytes. COMPOSITE: of the parts' checksums, then `-` and their number. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  algorithm: Algorithm;
  type: ChecksumType;
  /** Base64, of COMPOSITE ones with `-<parts>`. */
  value: string;
}

interface Running {
  update(chunk: Buffer): void;
  digest(): Buffer;
}

/** Reflected polynomials. CRC-64/NVME is what S3 calls CRC64NVME. */
const POLYNOMIAL = { crc32: 0xedb88320n, crc32c: 0x82f63b78n, crc64nvme: 0x9a6c9329ac4bc9b5n };
const BYTES = { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 } as const;

export function isAlgorithm(name: string): name is Algorithm {
  return (ALGORITHMS as readonly string[]).includes(name);
}

/** Whether `value` is base64 of as many bytes as the algorithm gives. */
export function isChecksum(algorithm: Algorithm, value: string): boolean {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === BYTES[algorithm] && bytes.toString('base64') === value;
}

/** A checksum that grows with the bytes. Only CRC32 and the hashes are native; the other two run in JavaScript. */
export function startChecksum(algorithm: Algorithm): Running {
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm);
  if (algorithm === 'crc64nvme') return tableCrc(POLYNOMIAL.crc64nvme, 8);
  if (algorithm === 'crc32c') return tableCrc(POLYNOMIAL.crc32c, 4);
  let value = 0;
  return {
    update: (chunk) => void (value = crc32(chunk, value)),
    digest: () => toBytes(BigInt(value), 4),
  };
}

export function checksumOf(algorithm: Algorithm, bytes: Buffer): Buffer {
  const running = startChecksum(algorithm);
  running.update(bytes);
  return running.digest();
}

/** The checksum of an object from those of its parts (base64) and their sizes. SHA ones exist as COMPOSITE only. */
export function checksumOfParts(
  algorithm: Algorithm,
  type: ChecksumType,
  parts: readonly { value: string; size: number }[],
): Checksum {
  if (type === 'FULL_OBJECT' && algorithm !== 'sha1' && algorithm !== 'sha256') {
    return { algorithm, type, value: combineCrcs(algorithm, parts).toString('base64') };
  }
  const all = Buffer.concat(parts.map(({ value }) => Buffer.from(value, 'base64')));
  return { algorithm, type, value: `${checksumOf(algorithm, all).toString('base64')}-${parts.length}` };
}

/** crc(A then B) = crc(A)·x^(8·|B|) + crc(B), as zlib's crc32_combine has it: no byte is read again. */
function combineCrcs(
  algorithm: keyof typeof POLYNOMIAL,
  parts: readonly { value: string; size: number }[],
): Buffer {
  const polynomial = POLYNOMIAL[algorithm];
  const one = 1n << BigInt(BYTES[algorithm] * 8 - 1);
  // Parts have mostly one size, so its power is worked out once.
  const powers = new Map<number, bigint>();
  const shift = (size: number): bigint => {
    let power = one;
    for (let square = one >> 1n, bits = BigInt(size) * 8n; bits > 0n; bits >>= 1n) {
      if (bits & 1n) power = multiply(power, square, polynomial, one);
      square = multiply(square, square, polynomial, one);
    }
    powers.set(size, power);
    return power;
  };
  let crc = 0n;
  for (const { value, size } of parts) {
    const next = BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
    crc = multiply(powers.get(size) ?? shift(size), crc, polynomial, one) ^ next;
  }
  return toBytes(crc, BYTES[algorithm]);
}

/** a·b modulo the polynomial, bits reflected: the highest one stands for x^0. */
function multiply(a: bigint, b: bigint, polynomial: bigint, one: bigint): bigint {
  let product = 0n;
  for (let bit = one, factor = b; bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

/** Byte by byte from a table, in two 32-bit halves: BigInt would be a hundred times slower. */
function tableCrc(polynomial: bigint, width: 4 | 8): Running {
  const highs = new Uint32Array(256);
  const lows = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    highs[byte] = Number(crc >> 32n);
    lows[byte] = Number(crc & 0xffffffffn);
  }
  let high = width === 8 ? 0xffffffff : 0;
  let low = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk) {
        const at = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ lows[at]!;
        high = (high >>> 8) ^ highs[at]!;
      }
    },
    digest() {
      const crc = (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
      return toBytes(width === 8 ? crc : crc & 0xffffffffn, width);
    },
  };
}

function toBytes(value: bigint, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex');
}
