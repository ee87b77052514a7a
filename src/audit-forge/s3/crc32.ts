/** A CRC32 as S3 writes it: base64 of its four bytes, the highest first. */
export function crc32Base64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
