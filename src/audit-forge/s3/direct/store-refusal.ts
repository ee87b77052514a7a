import type { ResponseHead } from './response-head.js';

/** An answer that is no success, in the shape of the SDK's errors: `name` is S3's error code. */
export class StoreRefusal extends Error {
  override readonly name: string;
  readonly $metadata: { httpStatusCode: number; requestId: string | undefined };
  /** The store's `Date`, by which it may have refused. */
  readonly date: string | undefined;

  constructor({ status, headers }: ResponseHead, body: string) {
    const code = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body)?.[1] ?? 'Unknown';
    super(`the store answered ${status} ${code}`);
    this.name = code;
    this.$metadata = { httpStatusCode: status, requestId: headers.get('x-amz-request-id') };
    this.date = headers.get('date');
  }
}

/** More than any error of S3 says. */
const MAX_BODY_BYTES = 64 * 1024;
const LAST_CHUNK = '0\r\n\r\n';

/**
 * Reads the body of a refusal as far as it is of use. Refusals are rare, so each ends its connection: where
 * its body ends need not be known exactly.
 */
export class RefusalReader {
  private text = '';

  constructor(private readonly head: ResponseHead) {}

  /** What it has said so far. */
  get refusal(): StoreRefusal {
    return new StoreRefusal(this.head, this.text);
  }

  /** @returns whether nothing more is worth a wait */
  add(bytes: Buffer): boolean {
    const known = this.text.length;
    this.text += bytes.toString('latin1');
    const { contentLength } = this.head;
    return (
      this.text.length >= Math.min(contentLength ?? MAX_BODY_BYTES, MAX_BODY_BYTES) ||
      // An end that two reads have cut begins in what is known.
      this.text.includes('</Error>', Math.max(0, known - '</Error>'.length)) ||
      (contentLength === undefined && this.text.endsWith(LAST_CHUNK))
    );
  }
}
