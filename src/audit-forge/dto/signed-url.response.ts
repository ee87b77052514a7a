import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { wholeSeconds } from '../clock.js';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import type { SignedLink } from '../exports/presigner.js';
import type { ExportDone } from '../records/export-record.js';

/** The answer to `delivery=signed_url`. For a log without an event the link, and what describes it, is null. */
@ApiSchema({
  name: 'AuditLogSignedUrlResponse',
  description:
    'The log as one S3 object, and a link to it. For a log without an event what describes them is null.',
})
export class SignedUrlResponse {
  @ApiProperty({ description: 'The engagement that the log is of.', example: 'eng-abc123' })
  engagement_id!: string;

  @ApiProperty({ enum: LOG_FORMATS, description: 'The format of the object.', example: 'jsonl' })
  format!: LogFormat;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    description: 'Whoever has it can download the log until `expires_at`. null: the log has no event.',
    example:
      'https://metis-shared.s3.eu-central-1.amazonaws.com/auditforge/exports/eng-abc123-20260508T132000Z.jsonl' +
      '?X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=0123abcd',
  })
  signed_url!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Bytes of the log.', example: 4823104 })
  size_bytes!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'All shards of the snapshot, also those without an event.',
    example: 12,
  })
  shard_count!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Events of the log.', example: 1842 })
  event_count!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Seconds, as asked for or as long as the credentials of the service last.',
    example: 600,
  })
  expires_in!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the store stops honouring the link, in whole seconds.',
    example: '2026-05-08T13:30:00Z',
  })
  expires_at!: string | null;

  @ApiProperty({ description: 'The bucket of the object.', example: 'metis-shared' })
  s3_bucket!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The key of the object. null: the log has no event.',
    example: 'auditforge/exports/eng-abc123-20260508T132000Z.jsonl',
  })
  s3_key!: string | null;

  @ApiProperty({ description: 'Whether the log has no event: then nothing was written.', example: false })
  empty!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the log.',
    example: 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d',
  })
  sha256!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'null where the bucket is not versioned.',
    example: '4741112869009dd9d840c0576ea6ab3b',
  })
  s3_version_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'By which the export is found again. null where it has no record.',
    example: '20260508T132000Z-k3v7q2mzda',
  })
  export_id!: string | null;

  @ApiPropertyOptional({
    enum: ['credentials'],
    description: 'The link is shorter than asked for: the credentials that signed it end before.',
    example: 'credentials',
  })
  expiry_limited_by?: 'credentials';
}

/** {@link SignedUrlResponse} as a plain object. */
export type SignedUrlFields = { [Field in keyof SignedUrlResponse]: SignedUrlResponse[Field] };

/** @param link null where the log has no event */
export function signedUrlResponse(
  done: ExportDone,
  link: SignedLink | null,
  exportId: string | null,
): SignedUrlFields {
  return {
    engagement_id: done.engagement_id,
    format: done.format,
    signed_url: link?.url ?? null,
    size_bytes: done.size_bytes,
    shard_count: done.shard_count,
    event_count: done.event_count,
    expires_in: link?.expiresIn ?? done.expires_in,
    expires_at: link === null ? null : wholeSeconds(link.expiresAt),
    s3_bucket: done.s3_bucket,
    s3_key: done.s3_key,
    empty: done.empty,
    sha256: done.sha256,
    s3_version_id: done.s3_version_id,
    export_id: exportId,
    ...(link?.limitedByCredentials === true ? { expiry_limited_by: 'credentials' as const } : {}),
  };
}
