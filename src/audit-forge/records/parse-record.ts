import {
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  Matches,
  Min,
  ValidateIf,
  validateSync,
} from 'class-validator';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { BUCKET_NAME } from '../names.js';
import { parseJsonObject } from '../s3/json-object.js';
import type { SnapshotDigest } from '../shards/snapshot-digest.js';
import type {
  ExportCancelled,
  ExportDone,
  ExportFailed,
  ExportRequested,
  RequestedBy,
} from './export-record.js';
import { RECORD_SCHEMA } from './export-record.js';

/** As records are kept: what each is beside what all of them are. */
export interface RecordOf {
  request: ExportRequested;
  done: ExportDone;
  failed: ExportFailed;
  cancelled: ExportCancelled;
}

export type RecordKind = keyof RecordOf;

class RequestedFields {
  @IsIn([RECORD_SCHEMA]) schema!: string;
  @IsString() export_id!: string;
  @IsString() engagement_id!: string;
  @IsIn(LOG_FORMATS) format!: LogFormat;
  @IsISO8601({ strict: true }) requested_at!: string;
  @IsObject() requested_by!: RequestedBy;
}

class DoneFields extends RequestedFields {
  @IsInt() @Min(0) size_bytes!: number;
  @IsInt() @Min(0) shard_count!: number;
  @IsInt() @Min(0) event_count!: number;
  @Matches(BUCKET_NAME) s3_bucket!: string;
  @IsBoolean() empty!: boolean;
  @ValidateIf(hasObject) @IsString() s3_key!: string | null;
  @ValidateIf(hasObject) @Matches(/^[0-9a-f]{64}$/) sha256!: string | null;
  @ValidateIf(({ s3_version_id }: DoneFields) => s3_version_id !== null) @IsString() s3_version_id!:
    string | null;
  @IsObject() snapshot!: SnapshotDigest;
  @IsISO8601({ strict: true }) completed_at!: string;
}

class FailedFields extends RequestedFields {
  // A code, also of another version of the service, and never a text.
  @Matches(/^[a-z_]{1,64}$/) reason!: string;
}

function hasObject({ empty }: DoneFields): boolean {
  return !empty;
}

const FIELDS = {
  request: RequestedFields,
  done: DoneFields,
  failed: FailedFields,
  cancelled: RequestedFields,
};

/**
 * A record from its stored bytes. Whoever can write to the bucket can write a record: it is input, not truth.
 * @throws AuditForgeError `invalid_export_record`
 */
export function parseRecord<Kind extends RecordKind>(
  kind: Kind,
  { engagementId, exportId }: { engagementId: string; exportId: string },
  json: string,
): RecordOf[Kind] {
  const value = parseJsonObject(json, (reason) => invalidRecord({ reason }));
  const record = Object.assign(new FIELDS[kind](), ownFields(value));
  const problems = validateSync(record, { forbidUnknownValues: false }).map(({ property }) => property);
  if (record.engagement_id !== engagementId) problems.push('engagement_id');
  if (record.export_id !== exportId) problems.push('export_id');
  if (!isRequestedBy(record.requested_by)) problems.push('requested_by');
  if (record instanceof DoneFields && !hasLastKey(record.snapshot)) problems.push('snapshot');
  if (problems.length > 0) throw invalidRecord({ export_id: exportId, fields: [...new Set(problems)] });
  return record as unknown as RecordOf[Kind];
}

export function invalidRecord(context: Record<string, unknown>): AuditForgeError {
  return new AuditForgeError('invalid_export_record', { context });
}

function isRequestedBy(value: unknown): boolean {
  const { kind, subject } = (value ?? {}) as Partial<RequestedBy>;
  return ['admin', 'session', 'service'].includes(String(kind)) && typeof subject === 'string';
}

function hasLastKey(value: unknown): boolean {
  const { last_key: key } = (value ?? {}) as Partial<SnapshotDigest>;
  return key === null || typeof key === 'string';
}

/** Without what could change the prototype. */
function ownFields(value: object): object {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => name !== '__proto__' && name !== 'constructor'),
  );
}
