import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { crc32Base64 } from '../s3/crc32.js';
import { md5Of } from '../s3/etag.js';
import type { ObjectAnswer } from '../s3/object-answer.js';

interface Hash {
  update(bytes: Uint8Array): void;
  digest(): Promise<string> | string;
}

/** What a shard's stored bytes must add up to. */
export interface ShardCheck {
  update(bytes: Uint8Array): void;
  /** Once all bytes have been seen. */
  agrees(): Promise<boolean>;
}

/**
 * The check that the store's answer allows: its checksum of the whole object, a natively computed one where
 * there is a choice; else the MD5 that an etag is.
 *
 * @returns undefined where there is neither: a multipart or KMS etag, a composite checksum
 */
export function shardCheck(etag: string, answer: ObjectAnswer): ShardCheck | undefined {
  const expected = expectedOf(etag, answer);
  if (expected === undefined) return undefined;
  const { hash, value } = expected;
  return {
    update: (bytes) => hash.update(bytes),
    agrees: async () => (await hash.digest()) === value,
  };
}

function expectedOf(etag: string, answer: ObjectAnswer): { hash: Hash; value: string } | undefined {
  const value = (checksum: string | undefined) => wholeObject(checksum, answer.ChecksumType);
  const crc32Value = value(answer.ChecksumCRC32);
  if (crc32Value !== undefined) return { hash: new NativeCrc32(), value: crc32Value };
  const sha1 = value(answer.ChecksumSHA1);
  if (sha1 !== undefined) return { hash: cryptoHash('sha1', 'base64'), value: sha1 };
  const sha256 = value(answer.ChecksumSHA256);
  if (sha256 !== undefined) return { hash: cryptoHash('sha256', 'base64'), value: sha256 };
  const md5 = md5Of(etag, answer);
  if (md5 !== undefined) return { hash: cryptoHash('md5', 'hex'), value: md5 };
  const crc64 = value(answer.ChecksumCRC64NVME);
  if (crc64 !== undefined) return { hash: inBase64(new Crc64Nvme()), value: crc64 };
  const crc32c = value(answer.ChecksumCRC32C);
  if (crc32c !== undefined) return { hash: inBase64(new Crc32c()), value: crc32c };
  return undefined;
}

/** A checksum of checksums (`COMPOSITE`, or with a `-` and the number of parts) says nothing of the bytes. */
function wholeObject(checksum: string | undefined, type: ObjectAnswer['ChecksumType']): string | undefined {
  return type === 'COMPOSITE' || checksum?.includes('-') === true ? undefined : checksum;
}

class NativeCrc32 implements Hash {
  private value = 0;

  update(bytes: Uint8Array): void {
    this.value = crc32(bytes, this.value);
  }

  digest(): string {
    return crc32Base64(this.value);
  }
}

function cryptoHash(algorithm: string, encoding: 'base64' | 'hex'): Hash {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest(encoding) };
}

function inBase64(checksum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): Hash {
  return {
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()).toString('base64'),
  };
}
