import type { HttpAnswer } from '../../support/http-client.js';

/** An id that every request of a comparison has, so that it makes no difference. */
export const SAME_ID = { 'x-request-id': 'one-and-the-same' };

/** All that a client can see of an answer but the time: what may tell one refusal from another. */
export function shapeOf({ status, headers, body }: HttpAnswer): unknown {
  const { date: _, ...others } = headers;
  return { status, headers: others, body: body.toString() };
}
