import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Origin } from './connection.js';
import type { SigningScope } from './sigv4.js';

/** How requests for the objects of one bucket look. */
export interface RequestTemplate {
  origin: Origin;
  /** As in the `Host` header. */
  host: string;
  /** Percent-encoded; a key follows it. */
  pathPrefix: string;
  userAgent: string;
  scope: SigningScope;
}

interface SignedRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string | undefined>;
}

const PLACEHOLDER = 'key-of-an-object';
const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=[^/]+\/[0-9]{8}\/([^/]+)\/([^/]+)\/aws4_request,/;
/** What the signature of a plain GET does not hold: a bucket that wants more than that is left to the SDK. */
const KNOWN_HEADERS =
  /^(host|authorization|user-agent|x-amz-(date|content-sha256|security-token|user-agent))$/;
const IGNORED_HEADERS = /^amz-sdk-/;

/**
 * Learns from the SDK how a bucket is addressed and signed for: it prepares a GET, which is not sent. So its
 * rules of endpoints (path or host, custom, dual-stack, FIPS, access points) are not repeated here.
 *
 * @returns undefined where a GET of that bucket takes more than plain Signature Version 4
 */
export async function requestTemplate(
  client: S3Client,
  bucket: string,
): Promise<RequestTemplate | undefined> {
  const { protocol, hostname, port, path, headers } = await preparedGet(client, bucket);
  const scope = CREDENTIAL.exec(headers['authorization'] ?? '');
  const isPlain = Object.keys(headers).every(
    (name) => KNOWN_HEADERS.test(name.toLowerCase()) || IGNORED_HEADERS.test(name.toLowerCase()),
  );
  if (scope === null || !isPlain || !path.endsWith(`/${PLACEHOLDER}`)) return undefined;
  const secure = protocol === 'https:';
  return {
    origin: { secure, hostname, port: port ?? (secure ? 443 : 80) },
    host: headers['host'] ?? hostname,
    pathPrefix: path.slice(0, -PLACEHOLDER.length),
    userAgent: headers['user-agent'] ?? '',
    scope: { region: scope[1]!, service: scope[2]! },
  };
}

async function preparedGet(client: S3Client, bucket: string): Promise<SignedRequest> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: PLACEHOLDER });
  const { promise, resolve } = Promise.withResolvers<SignedRequest>();
  command.middlewareStack.add(
    () => async (args) => {
      resolve(args.request as SignedRequest);
      return { response: {}, output: { $metadata: {} } };
    },
    // The first of the last step: after it only the request is sent and its answer read.
    { step: 'deserialize', priority: 'high', name: 'keepFromSending' },
  );
  await client.send(command);
  return promise;
}
