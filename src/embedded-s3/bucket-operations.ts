import type { Answer } from './answer.js';
import { receiveBody } from './receive-body.js';
import { S3Error, type S3ErrorCode } from './s3-error.js';
import type { S3Request } from './s3-request.js';
import type { Store } from './store.js';
import { fromXml, toXml } from './xml.js';

const LARGEST_XML_BYTES = 2 ** 21;
const PAGE = 1000;

/** Configurations that are kept and given back as they were put, by their query parameter. */
const CONFIGURATIONS = {
  encryption: ['ServerSideEncryptionConfiguration', 'ServerSideEncryptionConfigurationNotFoundError'],
  publicAccessBlock: ['PublicAccessBlockConfiguration', 'NoSuchPublicAccessBlockConfiguration'],
  lifecycle: ['LifecycleConfiguration', 'NoSuchLifecycleConfiguration'],
} as const satisfies Record<string, readonly [root: string, unset: S3ErrorCode]>;

type Configuration = keyof typeof CONFIGURATIONS;

export async function createBucket(store: Store, request: S3Request): Promise<Answer> {
  await readXml(request);
  store.createBucket(request.bucket);
  return { status: 200, headers: { location: `/${request.bucket}` } };
}

export function headBucket(store: Store, request: S3Request): Answer {
  store.bucket(request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': store.region } };
}

export function getBucketLocation(store: Store, request: S3Request): Answer {
  store.bucket(request.bucket);
  // us-east-1 is older than locations and has an empty one.
  const location = store.region === 'us-east-1' ? '' : store.region;
  return { status: 200, body: toXml('LocationConstraint', location) };
}

export async function putBucketVersioning(store: Store, request: S3Request): Promise<Answer> {
  const bucket = store.bucket(request.bucket);
  const { Status: status } = fromXml(await readXml(request), 'VersioningConfiguration');
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
  bucket.saveSettings({ versioning: status });
  return { status: 200 };
}

export function getBucketVersioning(store: Store, request: S3Request): Answer {
  const { versioning } = store.bucket(request.bucket).settings;
  return { status: 200, body: toXml('VersioningConfiguration', { Status: versioning }) };
}

export function putConfiguration(name: Configuration) {
  return async (store: Store, request: S3Request): Promise<Answer> => {
    const bucket = store.bucket(request.bucket);
    const xml = await readXml(request);
    fromXml(xml, CONFIGURATIONS[name][0]);
    bucket.saveSettings({ configurations: { ...bucket.settings.configurations, [name]: xml } });
    return { status: 200 };
  };
}

export function getConfiguration(name: Configuration) {
  return (store: Store, request: S3Request): Answer => {
    const xml = store.bucket(request.bucket).settings.configurations[name];
    if (xml === undefined) throw new S3Error(CONFIGURATIONS[name][1]);
    return { status: 200, body: xml };
  };
}

export function getObjectLock(store: Store, request: S3Request): Answer {
  store.bucket(request.bucket);
  throw new S3Error('ObjectLockConfigurationNotFoundError');
}

export function listObjects(store: Store, request: S3Request): Answer {
  const bucket = store.bucket(request.bucket);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? undefined;
  const limit = pageSize(query.get('max-keys'));
  const encode = keyEncoding(query.get('encoding-type'));

  const found = bucket.list(prefix, token === null ? startAfter : fromToken(token), limit + 1);
  const page = found.slice(0, limit);
  // No key at all was asked for: S3 calls that a whole answer.
  const truncated = limit > 0 && found.length > limit;
  const body = toXml('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: truncated ? toToken(page.at(-1)!.key) : undefined,
    KeyCount: page.length,
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Contents: page.map(({ key, version }) => ({
      Key: encode(key),
      LastModified: version.lastModified,
      ETag: `"${version.etag}"`,
      ChecksumAlgorithm: version.checksum?.algorithm.toUpperCase(),
      ChecksumType: version.checksum?.type,
      Size: version.size,
      StorageClass: 'STANDARD',
    })),
  });
  return { status: 200, body };
}

export function listMultipartUploads(store: Store, request: S3Request): Answer {
  const bucket = store.bucket(request.bucket);
  const { query } = request;
  const encode = keyEncoding(query.get('encoding-type'));
  const limit = pageSize(query.get('max-uploads'));
  const keyMarker = Buffer.from(query.get('key-marker') ?? '');
  const idMarker = query.get('upload-id-marker') ?? '';
  const all = bucket.uploads.list(query.get('prefix') ?? '');
  // With both markers: what follows that very upload; with the key alone: what follows the key.
  const marked = all.findIndex(({ id, key }) => id === idMarker && keyMarker.equals(Buffer.from(key)));
  const rest =
    marked < 0 ? all.filter(({ key }) => keyMarker.compare(Buffer.from(key)) < 0) : all.slice(marked + 1);
  const page = rest.slice(0, limit);
  const truncated = limit > 0 && rest.length > limit;
  const body = toXml('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    KeyMarker: encode(keyMarker.toString()),
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated ? encode(page.at(-1)!.key) : undefined,
    NextUploadIdMarker: truncated ? page.at(-1)!.id : undefined,
    Prefix: encode(query.get('prefix') ?? ''),
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Upload: page.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      StorageClass: 'STANDARD',
      Initiated: upload.initiated,
      ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
      ChecksumType: upload.checksum?.type,
    })),
  });
  return { status: 200, body };
}

/** The whole body of a request that is XML. */
export async function readXml(request: S3Request): Promise<string> {
  const { written } = await receiveBody(request, async (source) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of source) {
      chunks.push(chunk);
      if ((size += chunk.length) > LARGEST_XML_BYTES)
        throw new S3Error('MalformedXML', 'The XML is too long.');
    }
    return Buffer.concat(chunks).toString();
  });
  return written;
}

/** @returns 0 to 1,000 */
export function pageSize(text: string | null): number {
  if (text !== null && !/^\d{1,9}$/.test(text))
    throw new S3Error('InvalidArgument', 'Not a number of entries.');
  return Math.min(Number(text ?? PAGE), PAGE);
}

/** `encoding-type=url`: as in a form, but `/` stays. For keys that XML cannot hold. */
function keyEncoding(type: string | null): (key: string) => string {
  if (type === null) return (key) => key;
  if (type !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function toToken(key: string): string {
  return Buffer.from(`1:${key}`).toString('base64url');
}

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('1:') || toToken(text.slice(2)) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  }
  return text.slice(2);
}
