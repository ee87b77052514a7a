import { crc32 } from 'node:zlib';

/** A CRC32 as S3 writes it: base64 of its four bytes, the highest first. */
export function crc32Base64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/**
 * The `COMPOSITE` checksum of an object: the CRC32 of its parts' CRC32s, and their number.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * @returns undefined where one is not known
 */
export function compositeCrc32(ofParts: ReadonlyArray<string | undefined>): string | undefined {
  if (ofParts.includes(undefined)) return undefined;
  const all = Buffer.concat(ofParts.map((part) => Buffer.from(part!, 'base64')));
  return `${crc32Base64(crc32(all))}-${ofParts.length}`;
}
