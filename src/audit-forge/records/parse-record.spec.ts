import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { parseRecord, type RecordKind } from './parse-record.js';

const OF = { engagementId: 'eng-1', exportId: '20260508T132000Z-k3v7q2mzda' };
const AT = '2026-05-08T13:20:00.000Z';

const requested = {
  schema: 'auditforge.export-record/1',
  export_id: OF.exportId,
  engagement_id: OF.engagementId,
  format: 'jsonl',
  expires_in: 600,
  service_version: '0.1.0',
  request_id: null,
  requested_at: AT,
  requested_by: { kind: 'session', subject: 'reviewer@example.com' },
};
const done = {
  ...requested,
  size_bytes: 10,
  shard_count: 2,
  event_count: 1,
  s3_bucket: 'metis-shared',
  s3_key: 'auditforge/exports/eng-1-20260508T132000Z.jsonl',
  s3_version_id: null,
  empty: false,
  sha256: 'a'.repeat(64),
  snapshot_at: AT,
  snapshot: { sha256: 'b'.repeat(64), first_key: 'a', last_key: 'b', count: 2, bytes: 12 },
  completed_at: AT,
};
const empty = {
  ...done,
  empty: true,
  s3_key: null,
  sha256: null,
  size_bytes: 0,
  event_count: 0,
  shard_count: 0,
};
const failed = { ...requested, reason: 'corrupt_shard', failed_at: AT };
const cancelled = { ...requested, cancelled_at: AT, cancelled_by: requested.requested_by };

const RECORDS: Record<RecordKind, object> = { request: requested, done, failed, cancelled };

function fieldsRefused(kind: RecordKind, record: unknown): unknown {
  try {
    parseRecord(kind, OF, typeof record === 'string' ? record : JSON.stringify(record));
  } catch (error) {
    const { code, context } = error as AuditForgeError;
    expect(code).toBe('invalid_export_record');
    return context['fields'] ?? context['reason'];
  }
  return 'none';
}

describe('a record', () => {
  it.each(Object.entries({ ...RECORDS, 'done without an event': empty }))(
    'of kind %s is taken as it is',
    (name, record) => {
      const kind = name.split(' ')[0] as RecordKind;
      expect({ ...parseRecord(kind, OF, JSON.stringify(record)) }).toEqual(record);
    },
  );

  it.each(['', '{', '[]', 'null', '"text"', '1', 'true'])('is not %j', (text) => {
    expect(fieldsRefused('request', text)).toMatch(/^it is no/);
  });

  it.each(Object.keys(RECORDS) as RecordKind[])(
    'of kind %s is of the export and engagement of its key',
    (kind) => {
      const record = RECORDS[kind];
      expect(fieldsRefused(kind, { ...record, engagement_id: 'eng-12' })).toEqual(['engagement_id']);
      expect(fieldsRefused(kind, { ...record, export_id: '20260508T132000Z-aaaaaaaaaa' })).toEqual([
        'export_id',
      ]);
      expect(fieldsRefused(kind, { ...record, schema: 'auditforge.export-record/2' })).toEqual(['schema']);
    },
  );

  it.each<[string, unknown]>([
    ['format', 'csv'],
    ['format', 'constructor'],
    ['requested_at', 'yesterday'],
    ['requested_at', '2026-02-30T00:00:00Z'],
    ['requested_by', null],
    ['requested_by', { kind: 'root', subject: 'x' }],
    ['requested_by', { kind: 'admin' }],
    ['requested_by', 'admin'],
    ['size_bytes', -1],
    ['size_bytes', '10'],
    ['event_count', 1.5],
    ['shard_count', null],
    ['s3_bucket', 'No Bucket'],
    ['s3_bucket', 'arn:aws:s3:::metis-shared'],
    ['s3_key', null],
    ['s3_key', ['a']],
    ['sha256', 'A'.repeat(64)],
    ['sha256', null],
    ['s3_version_id', 7],
    ['empty', 'false'],
    ['snapshot', null],
    ['snapshot', { last_key: 7 }],
    ['completed_at', 0],
  ])('that is done is not one with %s %j', (field, value) => {
    expect(fieldsRefused('done', { ...done, [field]: value })).toEqual([field]);
  });

  it.each([null, '', 'Corrupt Shard', 'https://evil.example/', 'x'.repeat(65), 7])(
    'that has failed has no reason %j',
    (reason) => {
      expect(fieldsRefused('failed', { ...failed, reason })).toEqual(['reason']);
    },
  );

  it('takes nothing from the prototype, nor changes one', () => {
    const text = JSON.stringify(requested).replace(
      '{',
      '{"__proto__":{"admin":true},"constructor":{"name":"x"},',
    );
    const record = parseRecord('request', OF, text) as unknown as Record<string, unknown>;
    expect([record['admin'], ({} as Record<string, unknown>)['admin']]).toEqual([undefined, undefined]);
    expect(record.constructor).not.toEqual({ name: 'x' });
  });
});
