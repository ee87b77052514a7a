import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { event, events } from '../../support/events.js';
import { startFaulty, type FaultyService } from '../../support/faults/faulty-service.js';
import { send } from '../../support/http-client.js';
import { metricsOf } from '../../support/metrics.js';
import type { Service } from '../../support/service.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';

let started: FaultyService;
let service: Service;
beforeEach(async () => {
  started = await startFaulty({
    versioned: true,
    environment: { AUDITFORGE_CUSTODY_TRAIL: 'true' },
  });
  ({ service } = started);
  await service.seed('eng-1', { '1.jsonl': events(20), '2.jsonl': `${event(21)}\n` });
});
afterEach(() => started.close());

const metrics = () => metricsOf(service.url);

const EXPORTS = (delivery: string, outcome: string, format = 'jsonl') =>
  `auditforge_exports_total{delivery="${delivery}",format="${format}",outcome="${outcome}"}`;

const PUT = 'auditforge_s3_requests_total{operation="PutObject",status="200"}';

describe('metrics', () => {
  it('count exports, how long they took, and how large they were', async () => {
    const { body } = await service.log('eng-1');
    await service.log('eng-1', 'format=json');
    await service.log('eng-1', 'delivery=signed_url');
    const queued = await send(`${service.url}/auditforge/engagement/eng-1/audit-log/exports`, {
      method: 'POST',
      headers: { 'x-admin-token': ADMIN_TOKEN, 'content-type': 'application/json', prefer: 'wait=10' },
      body: '{}',
    });
    expect(queued.status).toBe(201);
    const found = await metrics();
    expect(found).toMatchObject({
      [EXPORTS('stream', 'complete')]: 1,
      [EXPORTS('stream', 'complete', 'json')]: 1,
      [EXPORTS('signed_url', 'complete')]: 1,
      [EXPORTS('queued', 'complete')]: 1,
      auditforge_stream_first_byte_seconds_count: 2,
      'auditforge_export_duration_seconds_count{delivery="stream",format="jsonl"}': 1,
      'auditforge_export_size_bytes_sum{delivery="stream",format="jsonl"}': body.length,
      auditforge_custody_write_failures_total: 0,
      auditforge_record_write_failures_total: 0,
    });
  });

  it('count what is read, and every request to the store', async () => {
    const before = await metrics();
    const { body } = await service.log('eng-1');
    // The event of the trail is written once the stream has ended.
    await until(async () => (await metrics())[PUT] === 1);
    const after = await metrics();
    const more = (name: string) => after[name]! - (before[name] ?? 0);
    expect(more('auditforge_shards_read_total')).toBe(2);
    expect(more('auditforge_shard_bytes_read_total')).toBe(body.length);
    expect(after['auditforge_segments_unverified_total']).toBe(0);
    // The engagement's record and two shards; the listing.
    expect(more('auditforge_s3_requests_total{operation="GetObject",status="200"}')).toBe(3);
    expect(after['auditforge_s3_requests_total{operation="ListObjectsV2",status="200"}']).toBeGreaterThan(0);
  });

  it('count tries, resumes, and what never was answered', async () => {
    let faults = 0;
    started.proxy.script = ({ operation, key }) => {
      if (operation !== 'GetObject' || !key.endsWith('1.jsonl') || faults >= 2) return undefined;
      return faults++ === 0 ? { kind: 'status', status: 503 } : { kind: 'reset', after: 100 };
    };
    expect((await service.log('eng-1')).status).toBe(200);
    const found = await metrics();
    expect(found).toMatchObject({
      'auditforge_s3_requests_total{operation="GetObject",status="503"}': 1,
      'auditforge_s3_requests_total{operation="GetObject",status="none"}': 1,
      'auditforge_s3_retries_total{operation="GetObject"}': 2,
      auditforge_s3_resumes_total: 1,
    });
  });

  it('tell failed exports by their code, and those that somebody left', async () => {
    await service.seed('eng-bad', { '1.jsonl': 'not json\n' });
    await service.log('eng-bad');
    await service.log('eng-bad', 'delivery=signed_url');
    // Refused before there is an export.
    await service.log('eng-nobody');
    await service.log('eng-1', 'format=xml');
    const leave = new AbortController();
    started.proxy.script = ({ operation }) =>
      operation === 'ListObjectsV2' ? { kind: 'stall', after: 0 } : undefined;
    const left = fetch(`${service.url}/auditforge/engagement/eng-1/audit-log`, {
      headers: { 'x-admin-token': ADMIN_TOKEN },
      signal: leave.signal,
    });
    const isActive = async () => (await metrics())['auditforge_active_exports'] === 1;
    await until(isActive);
    leave.abort();
    await expect(left).rejects.toThrow('aborted');
    await until(async () => !(await isActive()));
    const found = await metrics();
    expect(found).toMatchObject({
      [EXPORTS('stream', 'failed')]: 1,
      [EXPORTS('signed_url', 'failed')]: 1,
      [EXPORTS('stream', 'aborted')]: 1,
      'auditforge_export_failures_total{code="corrupt_shard"}': 2,
    });
    expect(Object.keys(found).filter((name) => name.startsWith('auditforge_export_failures'))).toHaveLength(
      1,
    );
  });

  it('count events and records that could not be written', async () => {
    const refuse = (part: string) => {
      started.proxy.script = ({ operation, key }) =>
        operation === 'PutObject' && key.includes(part)
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined;
    };
    refuse('~export-');
    expect((await service.log('eng-1', 'delivery=signed_url')).status).toBe(502);
    refuse('export-records');
    expect((await service.log('eng-1', 'delivery=signed_url')).status).toBe(502);
    expect(await metrics()).toMatchObject({
      auditforge_custody_write_failures_total: 1,
      auditforge_record_write_failures_total: 1,
      'auditforge_export_failures_total{code="storage_access_denied"}': 2,
    });
  });

  it('tell the memory, the queue, the credentials and the clock', async () => {
    expect(await metrics()).toMatchObject({
      'auditforge_memory_used_bytes{pool="segments"}': 0,
      'auditforge_memory_used_bytes{pool="parts"}': 0,
      'auditforge_queue_jobs{state="queued"}': 0,
      'auditforge_queue_jobs{state="running"}': 0,
      auditforge_queue_oldest_job_seconds: 0,
      auditforge_credentials_end_seconds: Number.POSITIVE_INFINITY,
      auditforge_clock_skew_seconds: 0,
    });
    const found = await metrics();
    const pools = ['segments', 'parts'].map(
      (pool) => found[`auditforge_memory_budget_bytes{pool="${pool}"}`]!,
    );
    expect(pools[0]! + pools[1]!).toBeLessThanOrEqual(256 * 2 ** 20);
    expect(Math.min(...pools)).toBeGreaterThan(2 ** 20);
    expect(found['nodejs_eventloop_lag_seconds']).toBeDefined();
  });

  it('name no engagement, and nobody', async () => {
    await service.log('eng-1', 'delivery=signed_url');
    const { body } = await send(`${service.url}/metrics`);
    expect(body.toString()).not.toMatch(/eng-1|ops\b|contract-|auditforge\/exports/);
  });
});
