const reported = new WeakSet<object>();

/** Marks a failure that has a log line of its own, so that the request which it ends needs none. */
export function markReported(error: unknown): void {
  if (typeof error === 'object' && error !== null) reported.add(error);
}

export function isReported(error: object): boolean {
  return reported.has(error);
}
