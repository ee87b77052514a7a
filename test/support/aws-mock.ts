import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { checkedOptions, type AuditForgeOptions } from '../../src/audit-forge/audit-forge.options.js';
import { Clock, StoreClock, SystemClock } from '../../src/audit-forge/clock.js';
import { ObjectGets } from '../../src/audit-forge/s3/object-gets.js';
import {
  DefaultS3ClientFactory,
  S3Clients,
  type S3ClientFactory,
} from '../../src/audit-forge/s3/s3-clients.js';
import { SegmentFetcher } from '../../src/audit-forge/shards/segment-fetcher.js';
import { S3Store } from '../../src/audit-forge/s3/s3-store.js';

/** Every S3 client made from here on answers as it is told. For cases that no real store can show. */
export function mockS3() {
  return mockClient(S3Client);
}

export type S3Mock = ReturnType<typeof mockS3>;

/** An error as the SDK throws it for an answer of the store. */
export function s3Error(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({
    name,
    message: name,
    $fault: httpStatusCode >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode },
  });
}

export class FixedClock extends Clock {
  constructor(private readonly at: string) {
    super();
  }

  override now(): Date {
    return new Date(this.at);
  }
}

/** Options that are right, with these set otherwise. */
export function optionsWith(given: Partial<AuditForgeOptions> = {}): AuditForgeOptions {
  return checkedOptions({
    sharedBucket: 'shared-bucket',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'only-for-tests' },
    ...given,
  });
}

export function s3ClientsWith(
  given: Partial<AuditForgeOptions> = {},
  clock: Clock = new SystemClock(),
): S3Clients {
  return new S3Clients(optionsWith(given), new DefaultS3ClientFactory(), new StoreClock(clock));
}

/** What reads segments, with everything that it is made of. `close` ends its connections. */
export function segmentFetcherWith(
  given: Partial<AuditForgeOptions> = {},
  factory: S3ClientFactory = new DefaultS3ClientFactory(),
): { fetcher: SegmentFetcher; gets: ObjectGets; close: () => Promise<void> } {
  const options = optionsWith(given);
  const clock = new StoreClock(new SystemClock());
  const clients = new S3Clients(options, factory, clock);
  const gets = new ObjectGets(clients, factory, clock, options);
  const close = async () => {
    await gets.onApplicationShutdown();
    clients.onApplicationShutdown();
  };
  return { fetcher: new SegmentFetcher(clients, gets), gets, close };
}

export function s3Store(): S3Store {
  return new S3Store(s3ClientsWith());
}

/** A signal that nobody aborts. */
export function noAbort(): AbortSignal {
  return new AbortController().signal;
}
