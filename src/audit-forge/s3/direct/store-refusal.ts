import type { ResponseHead } from './response-head.js';

/** An answer that is no success, in the shape of the SDK's errors: `name` is S3's error code. */
export class StoreRefusal extends Error {
  override readonly name: string;
  readonly $metadata: { httpStatusCode: number };

  constructor({ status }: ResponseHead, body: string) {
    const code = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body)?.[1] ?? 'Unknown';
    super(`the store answered ${status} ${code}`);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}
