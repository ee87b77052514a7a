import type { Answer } from './answer.js';
import type { Bucket, Version } from './bucket.js';
import { receiveBody } from './receive-body.js';
import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';
import type { Store } from './store.js';

const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' };

export async function putObject(store: Store, request: S3Request): Promise<Answer> {
  const bucket = store.bucket(request.bucket);
  const onlyIfAbsent = ifAbsent(request);
  const { written, digests } = await receiveBody(request, (source) => bucket.blobs.write(source), 'crc32');
  const draft = {
    lastModified: store.timestamp(),
    etag: digests.md5,
    size: digests.size,
    headers: keptHeaders(request),
    checksum: { ...digests.checksum!, type: 'FULL_OBJECT' as const },
    blobs: [written],
  };
  const version = commit(bucket, request.key, draft, onlyIfAbsent);
  const headers = {
    etag: `"${version.etag}"`,
    ...versionHeader(bucket, version),
    ...checksumHeaders(version),
  };
  return { status: 200, headers: { ...headers, ...ENCRYPTED } };
}

export function getObject(store: Store, request: S3Request): Answer {
  const bucket = store.bucket(request.bucket);
  const version = findVersion(bucket, request.key, request.query.get('versionId'));
  const etag = `"${version.etag}"`;
  const validators = { etag, 'last-modified': httpDate(version), ...versionHeader(bucket, version) };
  if (!matches(request.header('if-match'), version)) throw new S3Error('PreconditionFailed');
  const ifNoneMatch = request.header('if-none-match');
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, version)) return { status: 304, headers: validators };

  const ifRange = request.header('if-range');
  const wanted = ifRange === undefined || ifRange === etag ? request.header('range') : undefined;
  const range = wanted === undefined ? undefined : parseRange(wanted, version.size);
  const [start, end] = range ?? [0, version.size - 1];
  // As S3: a checksum is of the whole object, so it goes with nothing less.
  const whole = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range;
  const headers = {
    'content-type': 'binary/octet-stream',
    ...version.headers,
    ...validators,
    ...ENCRYPTED,
    ...(whole ? checksumHeaders(version) : {}),
    'accept-ranges': 'bytes',
    'content-length': String(end - start + 1),
    'content-range': range && `bytes ${start}-${end}/${version.size}`,
  };
  const body = request.method === 'HEAD' ? undefined : bucket.blobs.read(version.blobs, start, end);
  return { status: range ? 206 : 200, headers, body };
}

export function deleteObject(store: Store, request: S3Request): Answer {
  const bucket = store.bucket(request.bucket);
  const versionId = request.query.get('versionId');
  if (versionId === null) {
    const marker = bucket.delete(request.key, store.timestamp());
    return { status: 204, headers: marker && { ...markerHeader(marker), ...versionHeader(bucket, marker) } };
  }
  checkVersionId(versionId);
  const removed = bucket.deleteVersion(request.key, versionId);
  return { status: 204, headers: { ...(removed && markerHeader(removed)), 'x-amz-version-id': versionId } };
}

/** Makes the object, or removes its bytes again if the condition does not hold. */
export function commit(
  bucket: Bucket,
  key: string,
  draft: Omit<Version, 'versionId'>,
  onlyIfAbsent: boolean,
): Version {
  try {
    return bucket.put(key, draft, onlyIfAbsent);
  } catch (error) {
    // An upload's parts stay: it can be completed again or aborted.
    if (draft.uploadId === undefined) bucket.blobs.discard(draft.blobs);
    throw error;
  }
}

/**
 * @param versionId null: the current one
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker asked for by its id)
 */
export function findVersion(bucket: Bucket, key: string, versionId: string | null): Version {
  if (versionId !== null) checkVersionId(versionId);
  const versions = bucket.versions(key);
  const version = versionId === null ? versions[0] : versions.find((one) => one.versionId === versionId);
  if (!version) throw new S3Error(versionId === null ? 'NoSuchKey' : 'NoSuchVersion');
  if (!version.deleteMarker) return version;
  const headers = { ...markerHeader(version), ...versionHeader(bucket, version) };
  if (versionId === null) throw new S3Error('NoSuchKey', undefined, headers);
  throw new S3Error('MethodNotAllowed', undefined, { ...headers, allow: 'DELETE' });
}

/** Whether an If-Match list names this version. No list matches. */
export function matches(list: string | undefined, { etag }: Version): boolean {
  if (list === undefined || list.trim() === '*') return true;
  return list.split(',').some((one) => one.trim().replace(/^"(.*)"$/, '$1') === etag);
}

/** `If-None-Match: *`, the only condition on writing that there is here. */
export function ifAbsent(request: S3Request): boolean {
  const condition = request.header('if-none-match');
  if (condition !== undefined && condition !== '*') throw new S3Error('NotImplemented');
  return condition === '*';
}

/** The headers of a put that belong to the object. */
export function keptHeaders(request: S3Request): Record<string, string> {
  const metadata = request.amzNames.filter((name) => name.startsWith('x-amz-meta-'));
  const kept = [...KEPT_HEADERS, ...metadata].map((name) => [name, request.header(name)] as const);
  const headers = Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
  // aws-chunked is how the body travelled, not what the object is.
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim());
  const left = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked');
  delete headers['content-encoding'];
  return left.length > 0 ? { ...headers, 'content-encoding': left.join(',') } : headers;
}

function checksumHeaders({ checksum }: Version): Record<string, string> {
  if (!checksum) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** A bucket that never had versioning has no version ids to tell. */
export function versionHeader(bucket: Bucket, version: Version): Record<string, string> {
  return bucket.settings.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}

function markerHeader(version: Version): Record<string, string | undefined> {
  return { 'x-amz-delete-marker': version.deleteMarker ? 'true' : undefined };
}

function checkVersionId(versionId: string): void {
  if (!/^(null|[0-9a-f]{32})$/.test(versionId))
    throw new S3Error('InvalidArgument', 'Invalid version id specified');
}

function httpDate({ lastModified }: Version): string {
  return new Date(lastModified).toUTCString();
}

/**
 * First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`. Anything else, several ranges too, is no range and
 * the whole object is the answer (RFC 9110 section 14.2; S3 does the same).
 * @throws S3Error InvalidRange
 */
function parseRange(header: string, size: number): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) throw new S3Error('InvalidRange', undefined, { 'content-range': `bytes */${size}` });
  return [start, end];
}
