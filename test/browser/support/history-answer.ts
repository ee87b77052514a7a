import type { Page } from 'playwright-core';
import type { ExportEntry, ExportState } from '../../../src/audit-forge/history/export-state.js';

const SHA256 = 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d';
const MIB = 1024 * 1024;

/** So many of a thousand shards. */
const progressOf = (shards: number) => ({
  shards: { done: shards, total: 1000 },
  bytes: { done: shards * MIB, total: 1000 * MIB },
});

const asked = (minute: string, suffix: string) => ({
  export_id: `20260508T${minute.replace(':', '')}00Z-k3v7q2mzd${suffix}`,
  requested_at: `2026-05-08T${minute}:00.000Z`,
  requested_by: { kind: 'session', subject: 'reviewer@example.com' },
  format: 'jsonl',
});

/** What the service answers of an export that is ready. */
export const ready = (minute: string, changes: Partial<ExportEntry> = {}): ExportEntry => ({
  ...asked(minute, 'a'),
  state: 'ready',
  completed_at: `2026-05-08T${minute}:02.000Z`,
  size_bytes: 4_796_023,
  shard_count: 12,
  event_count: 1842,
  empty: false,
  sha256: SHA256,
  s3_bucket: 'metis-shared',
  s3_key: 'auditforge/exports/eng-abc123-20260508T132000Z.jsonl',
  ...changes,
});

/** One of each state, the newest first. */
export const ONE_OF_EACH: ExportEntry[] = [
  { ...asked('13:19', 'b'), state: 'running', progress: progressOf(412) },
  ready('13:02'),
  { ...asked('12:48', 'c'), state: 'failed', reason: 'corrupt_shard' },
  { ...asked('12:31', 'd'), state: 'cancelled' },
  ready('09:57', {
    format: 'json',
    size_bytes: 4_797_864,
    sha256: SHA256.split('').toReversed().join(''),
    requested_by: { kind: 'admin', subject: 'operations' },
  }),
];

/** Answers requests for the history with these exports. */
export async function answerHistory(page: Page, exports: ExportEntry[]): Promise<void> {
  await page.route(/\/audit-log\/exports(\?|$)/, (route) =>
    route.fulfill({ json: { exports, next_cursor: null } }),
  );
}

/** Answers a request for a link with an export that goes on for ever. */
export async function answerUnderWay(page: Page, shards: number): Promise<void> {
  const state: ExportState = {
    export_id: asked('13:20', 'e').export_id,
    state: 'running',
    progress: progressOf(shards),
  };
  const headers = {
    location: `/auditforge/engagement/eng-abc123/audit-log/exports/${state.export_id}`,
    'retry-after': '2',
  };
  await page.route(/delivery=signed_url/, (route) => route.fulfill({ status: 202, headers, json: state }));
  await page.route(/\/exports\/[^/?]+\?expires_in=/, (route) => route.fulfill({ headers, json: state }));
}
