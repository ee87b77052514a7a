const INTERIM = Buffer.from('HTTP/1.1 100');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

type Heard = 'interim' | 'more' | 'end';

/**
 * Follows the answers on one connection just far enough to tell where each ends. A head that comes in pieces
 * is not followed: its request counts as in flight until the next one.
 */
export class ResponseMeter {
  private awaited = false;
  private ofHead = false;
  /** Bytes of the body that are still to come; Infinity: chunked. */
  private left = 0;

  /** @param ofHead the answer to HEAD has no body, whatever length it names */
  begin(ofHead: boolean): void {
    this.awaited = true;
    this.ofHead = ofHead;
  }

  push(data: Buffer): Heard {
    if (this.awaited) {
      if (data.length < 200 && data.subarray(0, INTERIM.length).equals(INTERIM) && isOneHead(data))
        return 'interim';
      this.awaited = false;
      const end = data.indexOf('\r\n\r\n');
      const head = data.toString('latin1', 0, Math.max(end, 0));
      this.left = this.ofHead || head.startsWith('HTTP/1.1 204') ? 0 : lengthOf(head);
      return this.body(data, end + 4);
    }
    return this.body(data, 0);
  }

  private body(data: Buffer, from: number): Heard {
    if (this.left === Number.POSITIVE_INFINITY) {
      return data.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) ? 'end' : 'more';
    }
    this.left -= data.length - from;
    return this.left <= 0 ? 'end' : 'more';
  }
}

function lengthOf(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}

function isOneHead(data: Buffer): boolean {
  return data.indexOf('\r\n\r\n') === data.length - 4;
}
