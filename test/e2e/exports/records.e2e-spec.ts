import { createHash } from 'node:crypto';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event, events } from '../../support/events.js';
import { startFaulty, type FaultyService } from '../../support/faults/faulty-service.js';
import type { HttpAnswer } from '../../support/http-client.js';

interface Fields {
  export_id: string;
  s3_key: string;
  code: string;
}

let faulty: FaultyService;
let source: string;

beforeAll(async () => {
  faulty = await startFaulty({ versioned: true });
  source = await faulty.store.makeBucket({ versioned: true });
  await faulty.service.seed('eng-1', { '1.jsonl': events(20), 'ü 2.jsonl': event(21) });
  await faulty.service.seed('eng-empty', {});
  await faulty.service.putEngagement('eng-far', { source_bucket: source });
  await faulty.service.put('auditforge/audit/eng-far/1.jsonl', event(1), { Bucket: source });
});
afterAll(() => faulty.close());

const link = (engagement: string): Promise<HttpAnswer> =>
  faulty.service.log(engagement, 'delivery=signed_url', { 'x-request-id': 'req-7' });

async function listed(prefix: string, bucket = faulty.service.bucket) {
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix });
  return (await faulty.service.client.send(command)).Contents ?? [];
}
const recordsOf = async (engagement: string, bucket?: string): Promise<string[]> =>
  (await listed(`auditforge/export-records/${engagement}/`, bucket)).map(({ Key }) => Key!);

describe('the record of an export', () => {
  it('holds what was exported, by whom and when, and the digest of the listing', async () => {
    const fields = (await link('eng-1')).json<Record<string, unknown>>();
    const id = String(fields['export_id']);
    const key = `auditforge/export-records/eng-1/${id}.json`;
    const text = (await faulty.service.read(key)).body.toString();
    expect(text).not.toMatch(/X-Amz|https?:/);
    const shards = (await listed('auditforge/audit/eng-1/')).toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.Key!), Buffer.from(b.Key!)),
    );
    const hash = createHash('sha256');
    for (const { Key, Size, ETag } of shards) hash.update(`${JSON.stringify([Key, Size, ETag])}\n`);
    const { signed_url: _, expires_at: __, ...kept } = fields;
    expect(JSON.parse(text)).toEqual({
      ...kept,
      schema: 'auditforge.export-record/1',
      service_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      request_id: 'req-7',
      requested_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      requested_by: { kind: 'admin', subject: 'ops' },
      snapshot_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      snapshot: {
        sha256: hash.digest('hex'),
        first_key: shards[0]!.Key,
        last_key: shards.at(-1)!.Key,
        count: 2,
        bytes: shards.reduce((sum, { Size }) => sum + Size!, 0),
      },
    });
  });

  it('lies in the shared bucket where the object is in that of the engagement', async () => {
    const { export_id, s3_key } = (await link('eng-far')).json<Fields>();
    expect(await recordsOf('eng-far')).toEqual([`auditforge/export-records/eng-far/${export_id}.json`]);
    expect(await recordsOf('eng-far', source)).toEqual([]);
    expect(await faulty.service.exports(source)).toEqual([s3_key]);
    expect(await faulty.service.exportsOf('eng-far')).toEqual([]);
  });

  it('is not made by HEAD, nor for a log without an event', async () => {
    const before = (await recordsOf('eng-1')).length;
    await faulty.service.get('/auditforge/engagement/eng-1/audit-log?delivery=signed_url', {}, 'HEAD');
    expect(await recordsOf('eng-1')).toHaveLength(before);
    expect((await link('eng-empty')).status).toBe(200);
    expect(await recordsOf('eng-empty')).toEqual([]);
  });

  it('is put after the object and before the answer, once', async () => {
    faulty.proxy.reset();
    const { export_id, s3_key } = (await link('eng-1')).json<Fields>();
    const puts = faulty.proxy.requests.filter(({ method }) => method === 'PUT').map(({ key }) => key);
    expect(puts).toEqual([s3_key, `auditforge/export-records/eng-1/${export_id}.json`]);
  });

  it('that cannot be written leaves nobody with a link', async () => {
    faulty.proxy.script = ({ operation, key }) =>
      operation === 'PutObject' && key.startsWith('auditforge/export-records/')
        ? { kind: 'status', status: 403, code: 'AccessDenied' }
        : undefined;
    const answer = await link('eng-1');
    faulty.proxy.reset();
    expect([answer.status, answer.json<Fields>().code]).toEqual([502, 'storage_access_denied']);
    expect(answer.body.toString()).not.toContain('X-Amz-');
    expect(faulty.service.logged('auditforge_audit_log_signed_url_failed').at(-1)).toMatchObject({
      request_id: 'req-7',
      engagement_id: 'eng-1',
      code: 'storage_access_denied',
    });
  });
});
