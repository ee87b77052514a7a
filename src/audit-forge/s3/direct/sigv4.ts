import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { timestamp } from '../../clock.js';

/** What a signature is good for. */
export interface SigningScope {
  region: string;
  service: string;
}

/** SHA-256 of nothing: the payload of a GET. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Signs requests without a query and a body by AWS Signature Version 4, in the `Authorization` header. Only
 * what reading a segment needs, so that it costs a few hashes and no more; everything else is signed by the SDK.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export class SigV4Signer {
  /** The signing key changes once a day and with the credentials. */
  private key: { of: string; object: KeyObject } | undefined;

  constructor(private readonly scope: SigningScope) {}

  /**
   * @param path percent-encoded, as it is sent
   * @param headers by lower-case name, `host` among them; all of them are signed
   * @returns the headers to send
   */
  sign(
    path: string,
    headers: Readonly<Record<string, string>>,
    { accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity,
    at: Date,
  ): Record<string, string> {
    const time = timestamp(at);
    const date = time.slice(0, 8);
    const signed: Record<string, string> = {
      ...headers,
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-date': time,
      ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
    };
    const names = Object.keys(signed).toSorted();
    const list = names.join(';');
    const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
    const scope = `${date}/${this.scope.region}/${this.scope.service}/aws4_request`;
    const request = hash('sha256', `GET\n${path}\n\n${lines}\n${list}\n${EMPTY_SHA256}`);
    const signature = createHmac('sha256', this.signingKey(secretAccessKey, date))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${request}`)
      .digest('hex');
    signed['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`;
    return signed;
  }

  private signingKey(secret: string, date: string): KeyObject {
    const of = `${date} ${secret}`;
    if (this.key?.of !== of) {
      const { region, service } = this.scope;
      let bytes = createHmac('sha256', `AWS4${secret}`).update(date).digest();
      for (const part of [region, service, 'aws4_request']) {
        bytes = createHmac('sha256', bytes).update(part).digest();
      }
      // An HMAC with a key in this form costs a sixth of one with the key's bytes.
      this.key = { of, object: createSecretKey(bytes) };
    }
    return this.key.object;
  }
}

/** A key in a path, as S3 wants it signed: everything but unreserved characters and `/` percent-encoded. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
