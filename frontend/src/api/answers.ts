import { UnexpectedAnswer } from './errors.js';
import { holds } from './holds.js';
import type { AuditLogSignedUrlResponse, Engagement, Session } from './types.js';

/** The answer to a request for a link, held to what was asked for: evidence of another engagement must not pass. */
export function asSignedUrl(body: unknown, engagementId: string): AuditLogSignedUrlResponse {
  const answer = holds<AuditLogSignedUrlResponse>(body, {
    engagement_id: 'string',
    format: 'string',
    signed_url: 'string?',
    size_bytes: 'number',
    shard_count: 'number',
    event_count: 'number',
    expires_in: 'number',
    expires_at: 'string?',
    s3_bucket: 'string',
    s3_key: 'string?',
    empty: 'boolean',
    sha256: 'string?',
    s3_version_id: 'string?',
  });
  if (answer.engagement_id !== engagementId) throw new UnexpectedAnswer('it is about another engagement');
  if (answer.empty) return answer;
  // The page may navigate to the link, so it must not be a script.
  if (!/^https?:\/\//.test(answer.signed_url ?? '')) throw new UnexpectedAnswer('it has no link');
  if (Number.isNaN(Date.parse(answer.expires_at ?? '')))
    throw new UnexpectedAnswer('"expires_at" is missing');
  return answer;
}

export function asEngagement(body: unknown, id: string): Engagement {
  const engagement = holds<Engagement>(body, {
    id: 'string',
    name: 'string',
    status: 'string',
    source_bucket: 'string?',
    source_region: 'string?',
    created_at: 'string',
  });
  if (engagement.id !== id) throw new UnexpectedAnswer('it is about another engagement');
  return engagement;
}

export function asSession(body: unknown): Session {
  return holds<Session>(body, { subject: 'string', engagements: 'strings', expires_at: 'string' });
}
