import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/;
const ids = new WeakMap<IncomingMessage, string>();

/** The id of a request: the one it came with, where that is well formed, or a new one. The same at each call. */
export function requestIdOf(request: IncomingMessage): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headersDistinct['x-request-id'];
    id = given?.length === 1 && ACCEPTED.test(given[0]!) ? given[0]! : randomUUID();
    ids.set(request, id);
  }
  return id;
}
