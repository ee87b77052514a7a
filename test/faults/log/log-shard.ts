/** A shard that a run puts into the store. */
export interface LogShard {
  /** Its key without the engagement's prefix. */
  name: string;
  /** What the stored bytes decompress to, as far as they do. */
  plain: Buffer;
  /** The compression is cut, or followed by rubbish: reading must fail, at the end of `plain` at the latest. */
  isBroken: boolean;
  stored: Buffer;
  contentEncoding?: 'gzip';
  /** By which checksum the store knows its bytes; none: a multipart upload without one, whose etag is no MD5. */
  checksum: 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256' | 'none';
}

/** As S3 lists them: by the UTF-8 bytes of their keys. */
export function inKeyOrder(shards: readonly LogShard[]): LogShard[] {
  return shards.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
