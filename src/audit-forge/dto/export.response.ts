import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import { EXPIRES_IN } from '../export-request.js';
import type { ExportEntry } from '../history/export-state.js';
import { SignedUrlResponse } from './signed-url.response.js';

const EXPORT_ID = { description: 'The id of the export.', example: '20260508T132000Z-k3v7q2mzda' };

@ApiSchema({ name: 'NewExport', description: 'What is asked for; each field may be left out.' })
export class NewExportBody {
  @ApiPropertyOptional({
    enum: LOG_FORMATS,
    default: 'jsonl',
    description: 'One event a line, or one array of them.',
    example: 'jsonl',
  })
  format?: LogFormat;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: EXPIRES_IN.min,
    maximum: EXPIRES_IN.max,
    default: EXPIRES_IN.default,
    description: 'Seconds that its first link is valid for.',
    example: 600,
  })
  expires_in?: number;
}

@ApiSchema({ name: 'Count', description: 'How far a part of the work is.' })
export class CountResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many are done.', example: 400 })
  done!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How many there are; 0 until it is known.',
    example: 1000,
  })
  total!: number;
}

@ApiSchema({ name: 'ExportProgress', description: 'How far an export is.' })
export class ProgressResponse {
  @ApiProperty({ type: CountResponse, description: 'Shards of the log.' })
  shards!: CountResponse;

  @ApiProperty({ type: CountResponse, description: 'Stored bytes of them.' })
  bytes!: CountResponse;
}

/** An export without an object. */
@ApiSchema({
  name: 'UnfinishedExport',
  description: 'An export that has no object: not yet, or not any more.',
})
export class UnfinishedExportResponse {
  @ApiProperty(EXPORT_ID)
  export_id!: string;

  @ApiProperty({
    enum: ['queued', 'running', 'failed', 'cancelled'],
    description: 'How it stands; `failed` and `cancelled` are final.',
    example: 'running',
  })
  state!: 'queued' | 'running' | 'failed' | 'cancelled';

  @ApiProperty({ type: ProgressResponse, description: 'How far it is.' })
  progress!: ProgressResponse;

  @ApiPropertyOptional({
    description: 'Why it has failed: a code of problems, or `lost_at_restart`.',
    example: 'corrupt_shard',
  })
  reason?: string;
}

/** An export that is ready, with a link to its object. */
@ApiSchema({ name: 'ReadyExport', description: 'An export that is ready, with a fresh link to its object.' })
export class ReadyExportResponse extends SignedUrlResponse {
  @ApiProperty({ enum: ['ready'], description: 'It is final.', example: 'ready' })
  state!: 'ready';
}

@ApiSchema({ name: 'RequestedBy', description: 'Who asked for an export.' })
export class RequestedByResponse {
  @ApiProperty({
    enum: ['admin', 'session', 'service'],
    description: 'By which kind of credential; `service`: from within the host.',
    example: 'session',
  })
  kind!: string;

  @ApiProperty({ description: 'Under which name.', example: 'reviewer@example.com' })
  subject!: string;
}

const OF_INTACT = 'null where its record is damaged.';

/** One line of the history. Never a link. */
@ApiSchema({ name: 'ExportEntry', description: 'One line of the history. Never a link.' })
export class ExportEntryResponse implements ExportEntry {
  @ApiProperty(EXPORT_ID)
  export_id!: string;

  @ApiProperty({
    enum: ['queued', 'running', 'ready', 'failed', 'cancelled'],
    description: 'How it stands.',
    example: 'ready',
  })
  state!: ExportEntry['state'];

  @ApiProperty({ type: String, enum: LOG_FORMATS, nullable: true, description: OF_INTACT, example: 'jsonl' })
  format!: string | null;

  @ApiProperty({
    format: 'date-time',
    description: 'To the second alone where its record is damaged.',
    example: '2026-05-08T13:20:00.000Z',
  })
  requested_at!: string;

  @ApiProperty({
    type: RequestedByResponse,
    nullable: true,
    description: OF_INTACT,
    example: { kind: 'session', subject: 'reviewer@example.com' },
  })
  requested_by!: RequestedByResponse | null;

  @ApiPropertyOptional({ type: ProgressResponse, description: 'Of one that has not ended.' })
  progress?: ProgressResponse;

  @ApiPropertyOptional({
    type: String,
    description:
      'Of one that has failed. `invalid_export_record`: its record is damaged, so that it is not known how it ended.',
    example: 'corrupt_shard',
  })
  reason?: NonNullable<ExportEntry['reason']>;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When it was complete: of one that is ready, as what follows.',
    example: '2026-05-08T13:20:02.000Z',
  })
  completed_at?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Bytes of the log.', example: 4823104 })
  size_bytes?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Shards of the log.', example: 12 })
  shard_count?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Events of the log.', example: 1842 })
  event_count?: number;

  @ApiPropertyOptional({
    description: 'Whether the log has no event: then there is no object.',
    example: false,
  })
  empty?: boolean;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'SHA-256 of the log.',
    example: 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d',
  })
  sha256?: string | null;

  @ApiPropertyOptional({ description: 'The bucket of its object.', example: 'metis-shared' })
  s3_bucket?: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'The key of its object.',
    example: 'auditforge/exports/eng-abc123-20260508T132000Z.jsonl',
  })
  s3_key?: string | null;
}

@ApiSchema({ name: 'ExportList', description: 'One page of the history.' })
export class ExportListResponse {
  @ApiProperty({ type: [ExportEntryResponse], description: 'Newest first.' })
  exports!: ExportEntryResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Asks for the next page. null: there is none.',
    example: null,
  })
  next_cursor!: string | null;
}
