/** Before every key in Redis, BullMQ's own included. */
export const PREFIX = 'auditforge';

/** The name of a key of ours. BullMQ has `exports:…`. */
export function redisName(kind: 'key' | 'decision' | 'queued' | 'idempotency', name?: string): string {
  return name === undefined ? `${PREFIX}:${kind}` : `${PREFIX}:${kind}:${name}`;
}
