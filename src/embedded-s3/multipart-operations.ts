import { createHash } from 'node:crypto';
import type { Answer } from './answer.js';
import { pageSize, readXml } from './bucket-operations.js';
import { checksumOfParts, isAlgorithm, type Algorithm, type Checksum } from './checksums.js';
import {
  commit,
  ENCRYPTED,
  findVersion,
  ifAbsent,
  keptHeaders,
  matches,
  versionHeader,
} from './object-operations.js';
import { digesting, receiveBody, type Digests } from './receive-body.js';
import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';
import type { Store } from './store.js';
import type { Part, Upload } from './uploads.js';
import { fromXml, toXml, type XmlContent } from './xml.js';

export function createMultipartUpload(store: Store, request: S3Request): Answer {
  const bucket = store.bucket(request.bucket);
  const checksum = askedChecksum(request);
  const headers = keptHeaders(request);
  const upload = bucket.uploads.create({ key: request.key, initiated: store.timestamp(), headers, checksum });
  return {
    status: 200,
    headers: {
      ...ENCRYPTED,
      'x-amz-checksum-algorithm': checksum?.algorithm.toUpperCase(),
      'x-amz-checksum-type': checksum?.type,
    },
    body: toXml('InitiateMultipartUploadResult', {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.id,
    }),
  };
}

export async function uploadPart(store: Store, request: S3Request): Promise<Answer> {
  const { bucket, upload } = find(store, request);
  const number = partNumber(request);
  const { written, digests } = await receiveBody(
    request,
    (source) => bucket.blobs.write(source),
    upload.checksum?.algorithm,
  );
  const part = toPart(number, digests, written, store.timestamp());
  if (upload.checksum && part.checksum?.algorithm !== upload.checksum.algorithm) {
    bucket.blobs.discard([written]);
    throw new S3Error(
      'InvalidRequest',
      `The part must have the upload's checksum, ${upload.checksum.algorithm}.`,
    );
  }
  bucket.uploads.addPart(upload, part);
  const checksum = part.checksum && { [`x-amz-checksum-${part.checksum.algorithm}`]: part.checksum.value };
  return { status: 200, headers: { etag: `"${part.etag}"`, ...checksum, ...ENCRYPTED } };
}

export async function uploadPartCopy(store: Store, request: S3Request): Promise<Answer> {
  const { bucket, upload } = find(store, request);
  const number = partNumber(request);
  const source = copySource(request.header('x-amz-copy-source')!);
  const from = store.bucket(source.bucket);
  const version = findVersion(from, source.key, source.versionId);
  if (!matches(request.header('x-amz-copy-source-if-match'), version))
    throw new S3Error('PreconditionFailed');
  const [start, end] = copyRange(request.header('x-amz-copy-source-range'), version.size);

  let digests: Digests | undefined;
  const bytes = from.blobs.read(version.blobs, start, end);
  const blob = await bucket.blobs.write(
    digesting(bytes, upload.checksum?.algorithm, (found) => (digests = found)),
  );
  const part = toPart(number, digests!, blob, store.timestamp());
  bucket.uploads.addPart(upload, part);
  const copied = from.settings.versioning === undefined ? undefined : version.versionId;
  return {
    status: 200,
    headers: { ...ENCRYPTED, 'x-amz-copy-source-version-id': copied },
    body: toXml('CopyPartResult', {
      LastModified: part.lastModified,
      ETag: `"${part.etag}"`,
      ...checksumElement(part.checksum),
    }),
  };
}

export async function completeMultipartUpload(store: Store, request: S3Request): Promise<Answer> {
  find(store, request);
  const onlyIfAbsent = ifAbsent(request);
  const listed = fromXml(await readXml(withoutChecksum(request)), 'CompleteMultipartUpload')['Part'];
  // Looked up again: while the list came in, another request may have ended the upload.
  const { bucket, upload } = find(store, request);
  const parts = chosenParts(upload, listed);
  if (parts.slice(0, -1).some(({ size }) => size < store.minimumPartSize))
    throw new S3Error('EntityTooSmall');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const expectedSize = request.header('x-amz-mp-object-size');
  if (expectedSize !== undefined && expectedSize !== String(size)) {
    throw new S3Error(
      'InvalidRequest',
      `The parts are ${size} bytes, x-amz-mp-object-size says ${expectedSize}.`,
    );
  }
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const draft = {
    lastModified: store.timestamp(),
    etag: `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`,
    size,
    headers: upload.headers,
    checksum: wholeChecksum(request, upload, parts),
    blobs: parts.map(({ blob }) => blob),
    uploadId: upload.id,
  };
  const version = commit(bucket, upload.key, draft, onlyIfAbsent);
  bucket.uploads.end(upload, parts);
  return {
    status: 200,
    headers: { ...ENCRYPTED, ...versionHeader(bucket, version) },
    body: toXml('CompleteMultipartUploadResult', {
      Location: `/${bucket.name}/${upload.key}`,
      Bucket: bucket.name,
      Key: upload.key,
      ETag: `"${version.etag}"`,
      ...checksumElement(version.checksum),
      ChecksumType: version.checksum?.type,
    }),
  };
}

export function abortMultipartUpload(store: Store, request: S3Request): Answer {
  const { bucket, upload } = find(store, request);
  bucket.uploads.end(upload);
  return { status: 204 };
}

export function listParts(store: Store, request: S3Request): Answer {
  const { bucket, upload } = find(store, request);
  const limit = pageSize(request.query.get('max-parts'));
  const marker = Number(request.query.get('part-number-marker') ?? 0);
  const rest = Array.from(upload.parts.values())
    .filter(({ number }) => number > marker)
    .toSorted((a, b) => a.number - b.number);
  const page = rest.slice(0, limit);
  const body = toXml('ListPartsResult', {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? marker,
    MaxParts: limit,
    IsTruncated: limit > 0 && rest.length > limit,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
    ChecksumType: upload.checksum?.type,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: part.lastModified,
      ETag: `"${part.etag}"`,
      Size: part.size,
      ...checksumElement(part.checksum),
    })),
  });
  return { status: 200, body };
}

function find(store: Store, { bucket: name, key, query }: S3Request) {
  const bucket = store.bucket(name);
  return { bucket, upload: bucket.uploads.get(key, query.get('uploadId') ?? '') };
}

function partNumber({ query }: S3Request): number {
  const text = query.get('partNumber') ?? '';
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 10_000) return Number(text);
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
}

function toPart(
  number: number,
  { size, md5, checksum }: Digests,
  blob: Part['blob'],
  lastModified: string,
): Part {
  return { number, size, etag: md5, lastModified, checksum, blob };
}

/** COMPOSITE unless asked for otherwise, as S3 has it; CRC64NVME is FULL_OBJECT only and SHA is COMPOSITE only. */
function askedChecksum(request: S3Request): Upload['checksum'] {
  const algorithm = request.header('x-amz-checksum-algorithm')?.toLowerCase();
  const asked = request.header('x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined) {
    if (asked !== undefined)
      throw new S3Error('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm.');
    return undefined;
  }
  if (!isAlgorithm(algorithm))
    throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
  const type = asked ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const impossible =
    algorithm === 'crc64nvme' ? 'COMPOSITE' : algorithm.startsWith('sha') ? 'FULL_OBJECT' : '';
  if ((type !== 'FULL_OBJECT' && type !== 'COMPOSITE') || type === impossible) {
    throw new S3Error('InvalidRequest', `The ${type} checksum type cannot be used with ${algorithm}.`);
  }
  return { algorithm, type };
}

/** The checksum headers of a completion are about the object, not about the list of parts in the body. */
function withoutChecksum(request: S3Request): S3Request {
  const header = (name: string) => (name.startsWith('x-amz-checksum-') ? undefined : request.header(name));
  return { ...request, header };
}

/** @throws S3Error MalformedXML, InvalidPartOrder, InvalidPart, InvalidRequest */
function chosenParts(upload: Upload, listed: unknown): Part[] {
  if (!Array.isArray(listed) || listed.length === 0) throw new S3Error('MalformedXML');
  let last = 0;
  return listed.map((one: Record<string, string>) => {
    const number = Number(one['PartNumber']);
    if (!(number > last)) throw new S3Error('InvalidPartOrder');
    last = number;
    const part = upload.parts.get(number);
    if (!part || one['ETag']?.replace(/"|&quot;|&#34;/g, '') !== part.etag) throw new S3Error('InvalidPart');
    const given = part.checksum && one[elementName(part.checksum.algorithm)];
    if (given !== undefined && given !== part.checksum?.value) throw new S3Error('InvalidPart');
    if (given === undefined && upload.checksum?.type === 'COMPOSITE') {
      throw new S3Error(
        'InvalidRequest',
        `The complete request must include the checksum of part ${number}.`,
      );
    }
    return part;
  });
}

function wholeChecksum(request: S3Request, upload: Upload, parts: readonly Part[]): Checksum | undefined {
  if (!upload.checksum) return undefined;
  const { algorithm, type } = upload.checksum;
  const sums = parts.map(({ checksum, size }) => ({ value: checksum!.value, size }));
  const whole = checksumOfParts(algorithm, type, sums);
  const expected = request.header(`x-amz-checksum-${algorithm}`);
  const expectedType = request.header('x-amz-checksum-type');
  if (expectedType !== undefined && expectedType !== type) {
    throw new S3Error('InvalidRequest', `The upload's checksum type is ${type}.`);
  }
  if (expected !== undefined && expected !== whole.value) throw new S3Error('BadDigest');
  return whole;
}

function checksumElement(
  checksum: { algorithm: Algorithm; value: string } | undefined,
): Record<string, XmlContent> {
  return checksum ? { [elementName(checksum.algorithm)]: checksum.value } : {};
}

function elementName(algorithm: Algorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

/** `[/]bucket/key[?versionId=…]`, percent-encoded. */
function copySource(header: string): { bucket: string; key: string; versionId: string | null } {
  const [, bucket, key, versionId = null] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(\w+))?$/s.exec(header) ?? [];
  try {
    if (bucket !== undefined && key !== undefined) return { bucket, key: decodeURIComponent(key), versionId };
  } catch {
    // Falls through: what cannot be decoded names no object.
  }
  throw new S3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
  );
}

function copyRange(header: string | undefined, size: number): [start: number, end: number] {
  if (header === undefined) return [0, size - 1];
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === undefined || start > end || end >= size) {
    throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${size}`);
  }
  return [start, end];
}
