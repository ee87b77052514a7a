const ENGAGEMENT_SCOPE = 'engagement:';

/** The engagement ids in a `scope` claim: `engagement:<id>` among space-separated scopes (RFC 8693, 4.2). */
export function engagementsInScope(scope: string): ReadonlySet<string> {
  return new Set(
    scope
      .split(' ')
      .filter((part) => part.startsWith(ENGAGEMENT_SCOPE) && part.length > ENGAGEMENT_SCOPE.length)
      .map((part) => part.slice(ENGAGEMENT_SCOPE.length)),
  );
}

export function scopeOfEngagements(ids: readonly string[]): string {
  return ids.map((id) => ENGAGEMENT_SCOPE + id).join(' ');
}

/** Control, format (bidirectional overrides among them), surrogate, private and unassigned characters. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** 1 to 128 printable characters: a subject is logged and shown, so it must not break a line or turn it round. */
export function isPrintableSubject(subject: unknown): subject is string {
  return (
    typeof subject === 'string' && subject.length >= 1 && subject.length <= 128 && !UNPRINTABLE.test(subject)
  );
}
