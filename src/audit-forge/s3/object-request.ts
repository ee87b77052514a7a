import type { ObjectAnswer } from './object-answer.js';

/** A GET of one object, or of a range of it. */
export interface ObjectRequest {
  key: string;
  /** Sent as `If-Match`. */
  etag: string;
  /** Bytes [start, end); undefined: the whole object. */
  range: { start: number; end: number } | undefined;
}

/** The `Range` header, whose ends are both included. */
export function rangeHeader({ start, end }: NonNullable<ObjectRequest['range']>): string {
  return `bytes=${start}-${end - 1}`;
}

/** Takes an object's answer and its bytes. */
export interface ObjectReceiver {
  /**
   * Looks at the answer before its body.
   * @returns the memory for exactly the bytes of the body
   * @throws what makes the answer useless: the body is not read
   */
  begin(answer: ObjectAnswer): Uint8Array;
  /** So many further bytes are in that memory. */
  received(count: number): void;
}
