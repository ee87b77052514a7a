import { EXPORT_ID } from '../../../src/audit-forge/records/export-id.js';
import { sha256Of, type ReferenceLog } from '../log/reference-log.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { Circumstances } from './circumstances.js';
import { ask, type Answer } from './client.js';
import { judgeProblem } from './judge-problem.js';
import { EXACT, LEFT, silent, wrong, type Verdict } from './verdict.js';

const DEFAULT_EXPIRY_SECONDS = 600;
/** Whole seconds are cut off on either side. */
const GRAIN_MS = 2_000;

interface Fields extends Record<string, unknown> {
  signed_url: string | null;
  expires_at: string | null;
  s3_key: string | null;
  s3_version_id: string | null;
  export_id: string | null;
}

export async function judgeSignedUrl(
  plan: RunPlan,
  bucket: string,
  answer: Answer,
  circumstances: Circumstances,
): Promise<Verdict> {
  if (answer.hasLeft) return LEFT;
  if (answer.status === 0 || answer.isCut) return wrong('no answer');
  if (answer.status >= 400) return judgeProblem(answer, circumstances);
  const fields = JSON.parse(answer.body.toString()) as Fields;
  const logs = circumstances.expected.filter(({ isCorrupt }) => !isCorrupt);
  const log = logs.find(
    (expected) => JSON.stringify(fields) === JSON.stringify(rightFields(plan, bucket, expected, fields)),
  );
  if (log === undefined) return silent(`fields that are not of the log: ${withoutLink(fields)}`);
  if (log.events === 0) return EXACT;
  return linkFault(plan, fields) ?? (await objectFault(plan, fields, log)) ?? EXACT;
}

/** The fields as they should be, but for those that only the service can know. */
function rightFields(
  { engagement, format, expiresIn = DEFAULT_EXPIRY_SECONDS }: RunPlan,
  bucket: string,
  { bytes, shards, events }: ReferenceLog,
  { signed_url, expires_at, s3_key, s3_version_id, export_id }: Fields,
): Fields {
  const isEmpty = events === 0;
  return {
    engagement_id: engagement,
    format,
    signed_url: isEmpty ? null : signed_url,
    size_bytes: isEmpty ? 0 : bytes.length,
    shard_count: isEmpty ? 0 : shards,
    event_count: events,
    expires_in: expiresIn,
    expires_at: isEmpty ? null : expires_at,
    s3_bucket: bucket,
    s3_key: isEmpty ? null : s3_key,
    empty: isEmpty,
    sha256: isEmpty ? null : sha256Of(bytes),
    s3_version_id: isEmpty ? null : s3_version_id,
    export_id: isEmpty ? null : export_id,
  };
}

function linkFault(
  { engagement, format, isVersioned, expiresIn = DEFAULT_EXPIRY_SECONDS }: RunPlan,
  { s3_key, s3_version_id, expires_at, export_id }: Fields,
): Verdict | undefined {
  const key = new RegExp(`^auditforge/exports/${engagement}-\\d{8}T\\d{6}Z\\.${format}$`);
  if (!key.test(String(s3_key))) return wrong(`key ${s3_key}`);
  if ((s3_version_id !== null) !== isVersioned) return wrong(`version ${s3_version_id}`);
  if (!EXPORT_ID.test(String(export_id))) return wrong(`export ${export_id}`);
  const leftMs = Date.parse(String(expires_at)) - Date.now();
  const isExpiry = leftMs <= expiresIn * 1000 && leftMs > expiresIn * 1000 - GRAIN_MS;
  return isExpiry ? undefined : wrong(`expires_at ${expires_at}`);
}

async function objectFault(
  { format }: RunPlan,
  { signed_url, s3_key }: Fields,
  { bytes }: ReferenceLog,
): Promise<Verdict | undefined> {
  const { status, headers, body } = await ask(signed_url!);
  if (status !== 200) return wrong(`${status} for the link`);
  if (!body.equals(bytes)) return silent('the link gives other bytes');
  const right = {
    'content-type': format === 'jsonl' ? 'application/x-ndjson' : 'application/json',
    'content-disposition': `attachment; filename="${s3_key!.split('/').at(-1)}"`,
    'cache-control': 'private, no-store',
  };
  const bad = Object.entries(right).find(([name, value]) => headers[name] !== value);
  return bad && wrong(`the object has the ${bad[0]} ${String(headers[bad[0]])}`);
}

function withoutLink(fields: Fields): string {
  return JSON.stringify({ ...fields, signed_url: fields.signed_url === null ? null : '…' });
}
