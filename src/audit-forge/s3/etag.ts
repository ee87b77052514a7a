import { createHash } from 'node:crypto';

/** What an answer says of how its object is encrypted. */
export interface Encryption {
  ServerSideEncryption?: string | undefined;
  SSECustomerAlgorithm?: string | undefined;
}

/** Stores give an etag with or without its quotes; compared are the bytes between them. */
export function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

/**
 * Whether etags are made of MD5s: not of what is encrypted with KMS or a customer's key.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
export function hasMd5Etag({ ServerSideEncryption, SSECustomerAlgorithm }: Encryption): boolean {
  return ServerSideEncryption?.startsWith('aws:kms') !== true && SSECustomerAlgorithm === undefined;
}

/** The MD5 that the etag of an object put in one piece is, in lowercase hex. */
export function md5Of(etag: string | undefined, encryption: Encryption): string | undefined {
  return hasMd5Etag(encryption) ? /^"?([0-9a-f]{32})"?$/.exec(etag ?? '')?.[1] : undefined;
}

/**
 * The etag of an object of these parts, without quotes: MD5 over the parts' MD5s, and their number.
 * @returns undefined where a part's etag is no MD5
 */
export function multipartEtag(partEtags: ReadonlyArray<string | undefined>): string | undefined {
  const hash = createHash('md5');
  for (const etag of partEtags) {
    const md5 = md5Of(etag, {});
    if (md5 === undefined) return undefined;
    hash.update(Buffer.from(md5, 'hex'));
  }
  return `${hash.digest('hex')}-${partEtags.length}`;
}
