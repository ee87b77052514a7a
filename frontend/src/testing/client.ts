import { vi } from 'vitest';
import type { AuditForgeClient } from '../api/client.js';
import type { AuditLogSignedUrlResponse, Engagement } from '../api/types.js';

export const LINK = 'https://s3.example.com/log?X-Amz-Signature=abc';
export const SHA256 = 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d';

export const engagement: Engagement = {
  id: 'eng-abc123',
  name: 'Nordhafen Logistik GmbH',
  status: 'active',
  source_bucket: null,
  source_region: null,
  created_at: '2026-05-04T07:30:00Z',
};

export function answer(changes: Partial<AuditLogSignedUrlResponse> = {}): AuditLogSignedUrlResponse {
  const expires_in = changes.expires_in ?? 600;
  return {
    engagement_id: engagement.id,
    format: 'jsonl',
    signed_url: LINK,
    size_bytes: 4_796_023,
    shard_count: 12,
    event_count: 1842,
    expires_in,
    expires_at: new Date(Date.now() + expires_in * 1000).toISOString(),
    s3_bucket: 'metis-shared',
    s3_key: 'auditforge/exports/eng-abc123-20260508T112000Z.jsonl',
    empty: false,
    sha256: SHA256,
    s3_version_id: null,
    export_id: null,
    ...changes,
  };
}

export const emptyAnswer = () =>
  answer({ empty: true, signed_url: null, expires_at: null, sha256: null, s3_key: null, event_count: 0 });

/** A client that answers at once with the above, but for what a test has it do. */
export function fakeClient(does: Partial<AuditForgeClient> = {}) {
  return {
    credential: does.credential ?? 'cookie',
    getAuditLogSignedUrl: vi.fn(does.getAuditLogSignedUrl ?? (async () => answer())),
    renewExport: vi.fn(does.renewExport ?? (async () => answer())),
    listExports: vi.fn(does.listExports ?? (async () => null)),
    cancelExport: vi.fn(does.cancelExport ?? (async () => undefined)),
    getEngagement: vi.fn(does.getEngagement ?? (async () => engagement)),
    auditLogUrl: (id: string) => `/auditforge/engagement/${id}/audit-log?format=jsonl`,
    checkAuditLog: vi.fn(does.checkAuditLog ?? (async () => undefined)),
    signIn: vi.fn(),
    getSession: vi.fn(),
    signOut: vi.fn(),
  };
}
