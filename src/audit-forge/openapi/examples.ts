/** Examples of whole answers: one log, as the examples of its fields are too. */

export const EXPORT_ID_EXAMPLE = '20260508T132000Z-k3v7q2mzda';

export const LINK_EXAMPLE = {
  engagement_id: 'eng-abc123',
  format: 'jsonl',
  signed_url:
    'https://metis-shared.s3.eu-central-1.amazonaws.com/auditforge/exports/eng-abc123-20260508T132000Z.jsonl' +
    '?X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=0123abcd',
  size_bytes: 4823104,
  shard_count: 12,
  event_count: 1842,
  expires_in: 600,
  expires_at: '2026-05-08T13:30:00Z',
  s3_bucket: 'metis-shared',
  s3_key: 'auditforge/exports/eng-abc123-20260508T132000Z.jsonl',
  empty: false,
  sha256: 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d',
  s3_version_id: '4741112869009dd9d840c0576ea6ab3b',
  export_id: EXPORT_ID_EXAMPLE,
};

export const EMPTY_EXAMPLE = {
  ...LINK_EXAMPLE,
  signed_url: null,
  size_bytes: 0,
  shard_count: 0,
  event_count: 0,
  expires_at: null,
  s3_key: null,
  empty: true,
  sha256: null,
  s3_version_id: null,
};

export const READY_EXAMPLE = { state: 'ready', ...LINK_EXAMPLE };

export const RUNNING_EXAMPLE = {
  export_id: EXPORT_ID_EXAMPLE,
  state: 'running',
  progress: { shards: { done: 400, total: 1000 }, bytes: { done: 83886080, total: 209715200 } },
};

export const FAILED_EXAMPLE = { ...RUNNING_EXAMPLE, state: 'failed', reason: 'corrupt_shard' };

const EVENT = {
  event: 'llm_call',
  model: 'claude-sonnet-4-6',
  input_tokens: 4128,
  output_tokens: 1240,
  metadata: { engagement_id: 'eng-abc123', stage: 'investigate' },
  ts: '2026-05-08T20:10:42.512Z',
};

export const ARRAY_EXAMPLE = [EVENT];
export const LINES_EXAMPLE = `${JSON.stringify(EVENT)}\n`;
