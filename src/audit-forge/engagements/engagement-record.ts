import {
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  validateSync,
} from 'class-validator';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { ACCOUNT_ID, BUCKET_NAME, REGION_NAME } from '../names.js';
import { parseJsonObject } from '../s3/json-object.js';
import type { Engagement } from './engagement.js';

class EngagementRecord {
  @IsString() id!: string;
  @IsString() @MinLength(1) @MaxLength(1024) name!: string;
  @IsString() @MinLength(1) @MaxLength(128) status!: string;
  @IsOptional() @Matches(BUCKET_NAME) source_bucket?: string | null;
  @IsOptional() @Matches(REGION_NAME) source_region?: string | null;
  @IsOptional() @Matches(ACCOUNT_ID) source_account?: string | null;
  @IsISO8601({ strict: true }) created_at!: string;
}

const FIELDS = new Set([
  'id',
  'name',
  'status',
  'source_bucket',
  'source_region',
  'source_account',
  'created_at',
]);

/**
 * An engagement from its stored record. A record is input, not truth: whoever can write it must not make
 * the service read or vouch for what it names. Only the known fields are taken over.
 *
 * @throws AuditForgeError `invalid_engagement_record`
 */
export function parseEngagementRecord(id: string, json: string): Engagement {
  const record = Object.assign(
    new EngagementRecord(),
    knownFields(parseJsonObject(json, (reason) => invalid({ reason }))),
  );
  const problems = validateSync(record, { forbidUnknownValues: false }).map(({ property }) => property);
  if (record.id !== id) problems.push('id');
  if (problems.length > 0) throw invalid({ fields: [...new Set(problems)] });
  return {
    id,
    name: record.name,
    status: record.status,
    source_bucket: record.source_bucket ?? null,
    source_region: record.source_region ?? null,
    ...(typeof record.source_account === 'string' ? { source_account: record.source_account } : {}),
    created_at: record.created_at,
  };
}

/** Looked at no deeper: what else there is may be nested as far as its size allows. */
function knownFields(value: object): Partial<EngagementRecord> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => FIELDS.has(name)));
}

export function invalid(context: Record<string, unknown>): AuditForgeError {
  return new AuditForgeError('invalid_engagement_record', { context });
}
