import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** What the store says of an object with its bytes: the fields that reading a shard looks at. */
export type ObjectAnswer = Pick<
  GetObjectCommandOutput,
  | 'ETag'
  | 'ContentLength'
  | 'ContentRange'
  | 'ContentEncoding'
  | 'ChecksumCRC32'
  | 'ChecksumCRC32C'
  | 'ChecksumCRC64NVME'
  | 'ChecksumSHA1'
  | 'ChecksumSHA256'
  | 'ChecksumType'
  | 'ServerSideEncryption'
  | 'SSECustomerAlgorithm'
>;

type TextField = Exclude<keyof ObjectAnswer, 'ContentLength'>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_ResponseSyntax */
const HEADER_OF: Record<TextField, string> = {
  ETag: 'etag',
  ContentRange: 'content-range',
  ContentEncoding: 'content-encoding',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumCRC32C: 'x-amz-checksum-crc32c',
  ChecksumCRC64NVME: 'x-amz-checksum-crc64nvme',
  ChecksumSHA1: 'x-amz-checksum-sha1',
  ChecksumSHA256: 'x-amz-checksum-sha256',
  ChecksumType: 'x-amz-checksum-type',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSECustomerAlgorithm: 'x-amz-server-side-encryption-customer-algorithm',
};
const FIELDS = Object.entries(HEADER_OF) as Array<[TextField, string]>;

export function objectAnswer(
  headers: ReadonlyMap<string, string>,
  contentLength: number | undefined,
): ObjectAnswer {
  const answer: Record<string, string | number | undefined> = { ContentLength: contentLength };
  for (const [field, header] of FIELDS) answer[field] = headers.get(header);
  return answer;
}
