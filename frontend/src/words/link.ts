import type { AuditLogSignedUrlResponse } from '../api/types.js';
import { events, lifetime, size } from './amounts.js';
import { moment } from './times.js';

export const NOTHING_TO_EXPORT =
  'There is nothing to export yet: the audit log of this engagement has no events. Try again once the audit has begun.';

/** What is said of a link when it is handed over: what it is, until when, and what that means. */
export function aboutLink(link: AuditLogSignedUrlResponse, opening: string): string {
  const until = moment(new Date(link.expires_at ?? ''));
  const facts = [
    size(link.size_bytes),
    events(link.event_count),
    `valid until ${until} (${lifetime(link.expires_in)})`,
  ];
  const shorter =
    link.expiry_limited_by === 'credentials'
      ? ' That is shorter than asked for, since the credentials of the service end then.'
      : '';
  return `${opening}: ${facts.join(', ')}.${shorter} Anyone with this link can download the log until then.`;
}
