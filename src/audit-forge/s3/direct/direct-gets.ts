import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { rangeHeader, type ObjectRequest } from '../object-request.js';
import { Connections } from './connections.js';
import type { ConnectionLimits, Receiver } from './connection.js';
import type { RequestTemplate } from './request-template.js';
import { encodeKey, SigV4Signer } from './sigv4.js';

/** Sends GETs of one bucket's objects without the SDK. */
export class DirectGets {
  private readonly signer: SigV4Signer;
  private readonly connections: Connections;

  constructor(
    private readonly template: RequestTemplate,
    /** The account that must own the bucket. */
    private readonly account: string | undefined,
    limits: ConnectionLimits,
  ) {
    this.signer = new SigV4Signer(template.scope);
    this.connections = new Connections(template.origin, limits);
  }

  get(
    request: ObjectRequest,
    receiver: Receiver,
    credentials: AwsCredentialIdentity,
    at: Date,
    signal: AbortSignal,
  ): Promise<void> {
    return this.connections.get(this.head(request, credentials, at), receiver, signal);
  }

  destroy(): void {
    this.connections.destroy();
  }

  private head({ key, etag, range }: ObjectRequest, credentials: AwsCredentialIdentity, at: Date): string {
    const { host, pathPrefix, userAgent } = this.template;
    const path = pathPrefix + encodeKey(key);
    const headers: Record<string, string> = {
      host,
      'if-match': fieldValue(etag),
      'x-amz-checksum-mode': 'ENABLED',
    };
    if (range !== undefined) headers['range'] = rangeHeader(range);
    if (this.account !== undefined) headers['x-amz-expected-bucket-owner'] = this.account;
    const signed = this.signer.sign(path, headers, credentials, at);
    let head = `GET ${path} HTTP/1.1\r\nuser-agent: ${userAgent}\r\n`;
    for (const name in signed) head += `${name}: ${signed[name]}\r\n`;
    return `${head}\r\n`;
  }
}

/** The etag came in XML, which can hold what would end a header line. */
function fieldValue(value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new TypeError('an etag holds characters that no header may');
  return value;
}
