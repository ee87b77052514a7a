import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { REGION_NAME } from '../audit-forge/names.js';
import type { BucketCaller } from './bucket-caller.js';

/** What HeadBucket tells, refusals included: S3 names region and time with those, too. */
export interface HeadAnswer {
  /** Undefined when the call succeeded. */
  failure?: unknown;
  /** `x-amz-bucket-region` */
  region?: string;
  /** The store's clock ahead of this one's; undefined when the store did not tell. */
  clockAheadMs?: number;
  tookMs: number;
}

interface Answered {
  headers?: Record<string, string>;
}

/** From here on S3 refuses a request, and the SDK has learned the right time from the refusal. */
const SKEW_MS = 5 * 60_000;
/** A `Date` header is cut to the whole second, so on average it is half a second behind. */
const HALF_SECOND_MS = 500;

export async function headBucket(bucket: BucketCaller): Promise<HeadAnswer> {
  const first = await ask(bucket);
  const skewed = first.failure !== undefined && Math.abs(first.clockAheadMs ?? 0) >= SKEW_MS;
  return skewed ? { ...(await ask(bucket)), clockAheadMs: first.clockAheadMs! } : first;
}

async function ask(bucket: BucketCaller): Promise<HeadAnswer> {
  let headers: Record<string, string> = {};
  let sentAt = Date.now();
  let tookMs = 0;
  let failure: unknown;
  try {
    await bucket.call('HeadBucket', (client, target, abort) => {
      const command = new HeadBucketCommand(target);
      command.middlewareStack.add(
        (next) => async (args) => {
          sentAt = Date.now();
          try {
            const result = await next(args);
            headers = (result.response as Answered).headers ?? {};
            return result;
          } catch (error) {
            headers = (error as { $response?: Answered }).$response?.headers ?? {};
            throw error;
          } finally {
            tookMs = Date.now() - sentAt;
          }
        },
        { step: 'deserialize', priority: 'high' },
      );
      return client.send(command, abort);
    });
  } catch (error) {
    bucket.signal.throwIfAborted();
    failure = error;
  }
  const date = Date.parse(headers['date'] ?? '');
  const region = headers['x-amz-bucket-region'];
  return {
    tookMs,
    ...(failure === undefined ? {} : { failure }),
    ...(region !== undefined && REGION_NAME.test(region) ? { region } : {}),
    ...(Number.isNaN(date) ? {} : { clockAheadMs: date + HALF_SECOND_MS - (sentAt + tookMs / 2) }),
  };
}
